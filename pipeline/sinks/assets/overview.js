// The first page: what was measured, what needs a look, the plate, the wells, and how it was done.
const tally = (list, status) => list.filter(row => row.status === status).length;

function verdictLine() {
    const good = wells.filter(w => w.status === "ok" || w.status === "warn").length;
    const bad = fields.filter(f => f.status === "rejected" || f.status === "failed").length;
    const warned = tally(fields, "warn") + wells.filter(w => w.status === "warn" && !bad).length;
    const state = good < wells.length ? "rejected" : bad || warned ? "warn" : "ok";
    const text = wells.length === 1
        ? (good ? (bad || warned ? "Measured, with remarks" : "Measured without remarks") : "Not measured")
        : good === wells.length ? "All " + plural(wells.length, "well") + " measured" + (bad || warned ? ", with remarks" : "")
            : good + " of " + plural(wells.length, "well") + " measured";
    return el("p", {class: "verdict " + state}, badge(state === "rejected" ? "warn" : state).firstChild, " " + text);
}

function card(title, value, ...more) {
    return el("div", {class: "tile"}, el("div", {class: "name"}, title), el("div", {class: "big"}, value),
        more.map(text => text ? el("div", {class: "muted"}, text) : null));
}

function measureTile(m) {
    if (wells.length === 1) {
        const interval = intervalText(m, wells[0].values);
        return card(m.title, valueText(m, wells[0].values), interval ? "95\u202f% interval " + interval : null);
    }
    const {n, min, max, median: middle} = rangeOf(m), unit = m.sign ? "\u202f" + m.sign : "";
    return card(m.title + ", median of wells", number(middle, m) + (n ? unit : ""),
        n ? "wells range from " + number(min, m) + " to " + number(max, m) + unit : "no well has a value");
}

function tiles() {
    const used = wells.reduce((n, w) => n + w.used, 0), total = fields.length;
    const left = [[tally(fields, "rejected"), "rejected"], [tally(fields, "failed"), "failed"]];
    const objects = fields.reduce((n, f) => n + found(f), 0);
    const sums = run.classes.map((name, i) => [fields.reduce((n, f) => n + f.counts[i], 0), classTitles[name]])
        .concat([[fields.reduce((n, f) => n + f.uncounted, 0), "not counted"]]);
    const picks = mainOf(measures, wells).slice(0, 2);
    return el("div", {class: "tiles"}, picks.map(measureTile),
        card("Fields of view", used + " of " + total + " used", left.filter(x => x[0]).map(x => x.join(" ")).join(", ") ||
            "none rejected"),
        !objects ? null : card("Found in the images", objects + " " + (objects === 1 ? "object" : "objects"),
            sums.filter(x => x[0]).map(x => x.join(" ")).join(" \u00b7 ")));
}

function attention() {
    const flagged = fields.filter(f => f.status !== "ok").sort((a, b) => statusRank[a.status] - statusRank[b.status] || a.number - b.number);
    const alone = wells.filter(w => w.status !== "ok" && !w.fields.some(f => f.status !== "ok"));
    const changed = wells.map(w => [w, exclusionNote(w)]).filter(x => x[1]);
    if (!flagged.length && !alone.length) return null;
    const item = (row, name, link) => el("li", {}, badge(row.status), " ",
        el("a", {href: link}, name), el("span", {class: "why"}, " " + (row.reason || "")));
    const items = flagged.map(f => () => item(f, (plates.length > 1 ? f.plate + " " : "") +
        (isPlate ? f.well + ", " : "") + "field " + f.site, "#field-" + f.number))
        .concat(alone.map(w => () => item(w, w.well, "#well-" + w.index)))
        .concat(changed.map(([w, note]) => () => el("li", {class: "effect"}, el("a", {href: "#well-" + w.index}, w.well), " ", note)));
    const list = el("ul", {class: "flags"}), first = 12;
    list.append(...items.slice(0, first).map(make => make()));
    const rest = () => { list.append(...items.splice(first).map(make => make())); more && more.remove(); };
    const more = items.length > first ? el("button", {type: "button", class: "button", onclick: rest},
        "Show all " + items.length) : null;
    if (more) window.addEventListener("beforeprint", rest);
    return section("To check", {}, el("p", {class: "muted"}, "Rejected and failed fields take no part in any result."), list, more);
}

function plateSection() {
    if (!wells.some(w => w.row >= 0)) return null;
    let current = wanted;
    const tip = makeTip(() => current), side = el("div", {class: "side"});
    const maps = plates.map(plate => [plate, wells.filter(w => w.plate === plate && w.row >= 0)])
        .filter(x => x[1].length).map(([plate, list]) => ({plate, grid: plateMap(plate, list, tip)}));
    const paint = () => {
        maps.forEach(map => map.grid.paint(current));
        side.replaceChildren(legend(current));
    };
    const choice = el("select", {id: "measure", onchange: event => { current = measures[event.target.value]; paint(); }},
        measures.map((m, i) => el("option", {value: i, selected: m === wanted}, m.title + (m.sign ? " (" + m.sign + ")" : ""))));
    paint();
    return section("Plate map", {class: "card map"},
        el("div", {class: "filters"}, el("label", {}, "Colour by ", choice)),
        el("div", {class: "mapbox"}, el("div", {class: "maps"}, maps.map(map =>
            el("div", {}, maps.length > 1 ? el("h3", {}, map.plate) : null, map.grid))), side));
}

function parameterTable(params) {
    return el("div", {class: "scroll"}, el("table", {class: "params"}, el("thead", {}, el("tr", {},
        ["Parameter", "Value", "Default", "What it does"].map(t => el("th", {scope: "col"}, t)))),
    el("tbody", {}, params.map(p => el("tr", {}, el("th", {scope: "row"}, el("code", {}, p.stage + "." + p.name)),
        el("td", {class: "num"}, p.value + (p.unit ? "\u202f" + signOf(p.unit) : "")),
        el("td", {class: "num"}, p.fallback + (p.unit ? "\u202f" + signOf(p.unit) : "")), el("td", {}, p.help))))));
}

// The sentence for a methods section.
function methodWords() {
    const sizes = Array.from(new Set(fields.map(f => f.pixel_um).filter(v => v !== null))).sort((a, b) => a - b);
    const out = fields.filter(f => f.status === "rejected" || f.status === "failed").length, changed = run.params.filter(p => p.value !== p.fallback);
    return plural(fields.length, "field") + " of view of " + plural(wells.length, "well") + " (channels: " + run.channels.join(", ") + "; " +
        (sizes.length ? sizes.join(", ") + " \u00b5m a pixel" : "pixel size unknown") + ") were measured with stroma " + run.version +
        ", assay " + run.assay + " version " + run.assay_version + ", protocol " + (run.protocol_hash || "").slice(0, 12) + ". " +
        (out ? plural(out, "field") + " took no part in results: " + tally(fields, "rejected") + " rejected, " + tally(fields, "failed") + " failed. " : "") +
        (changed.length ? "Parameters other than the assay\u2019s defaults: " + changed.map(p => p.stage + "." + p.name + " = " + p.value +
            (p.unit ? "\u202f" + signOf(p.unit) : "")).join(", ") + "." : "All parameters had their defaults.");
}

function methods() {
    const changed = run.params.filter(p => p.value !== p.fallback);
    return section("Method", {},
        el("p", {}, el("b", {}, run.assay_title || run.assay), ": ", run.assay_summary, "."),
        el("p", {}, methodWords()),
        run.notes.length ? el("ul", {}, run.notes.map(line => el("li", {}, line))) : null,
        fields.some(f => f.uncounted) ? el("p", {}, "Objects with a dashed outline are not counted: the counting rule leaves " +
            "what lies at an edge of the field to the neighbouring field, or they lie outside of what is counted.") : null,
        changed.length ? [el("h3", {}, "Parameters that differ from the assay\u2019s defaults"), parameterTable(changed)]
            : el("p", {}, "Every parameter has the assay\u2019s default."),
        el("details", {}, el("summary", {}, "All " + plural(run.params.length, "parameter")), parameterTable(run.params)));
}

function provenance() {
    const row = (name, ...value) => el("tr", {}, el("th", {scope: "row"}, name), el("td", {}, ...value));
    return section("Provenance", {}, el("table", {class: "facts wide"}, el("tbody", {},
        row("Program", "stroma " + run.version),
        row("Assay", run.assay + ", version " + run.assay_version),
        row("Protocol", run.protocol_name || "the assay\u2019s defaults", el("br"), el("code", {}, run.protocol_hash)),
        row("Images", plural(run.n_inputs, "file") + ", channels " + run.channels.join(", "), el("br"),
            run.inputs_hash ? el("code", {title: "SHA-256 over the hashes and names of all files"}, run.inputs_hash) : null),
        run.command ? row("The same again", el("code", {class: "command"}, run.command)) : null,
        row("Beside this file", ["wells.csv", "images.csv", "objects.csv", "run.json"].map((name, i) =>
            [i ? ", " : "", el("a", {href: name}, name)]), ", labels/, overlays/"))),
    run.protocol_text ? el("details", {}, el("summary", {}, "Protocol as a file"), el("pre", {}, run.protocol_text)) : null);
}

function glossary() {
    const table = (title, columns) => columns.length ? el("details", {}, el("summary", {}, title + ": " +
        plural(columns.length, "column")), el("table", {class: "facts wide"}, el("tbody", {}, columns.map(c =>
        el("tr", {}, el("th", {scope: "row"}, el("code", {}, c.name)), el("td", {class: "unit"}, signOf(c.unit)),
            el("td", {}, c.help)))))) : null;
    return section("What the columns mean", {}, table("wells.csv", run.well_columns), table("images.csv", run.site_columns),
        table("objects.csv", run.object_columns));
}

function overview() {
    return el("main", {},
        el("header", {class: "top"}, el("h1", {tabindex: -1}, run.title),
            el("p", {class: "sub"}, [run.assay_title || run.assay, isPlate ? plural(wells.length, "well") : null,
                plural(fields.length, "field"), run.protocol_name ? "protocol " + run.protocol_name : "default protocol"].filter(t => t).join(" \u00b7 ")), verdictLine()),
        tiles(), isPlate ? [plateSection(), attention(), growthOverview(), groupSection(), cellSection(fields, "of all wells"), rowTable("Wells", wellKind, wells)] : wells.length ? wellBody(wells[0]) : null,
        isPlate ? null : attention(), methods(), provenance(), glossary(),
        el("footer", {}, "stroma " + run.version + " \u00b7 assay " + run.assay + " " + run.assay_version +
            " \u00b7 protocol " + (run.protocol_hash || "").slice(0, 12)));
}
