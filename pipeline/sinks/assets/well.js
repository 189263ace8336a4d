// One well: its numbers, where it stands among the others, its fields with pictures.
const classTitles = {"": run.object_name || "objects", live: "live", dead: "dead", ambiguous: "ambiguous", debris: "debris",
    spindle: "spindle", polygonal: "polygonal", flat: "flat", rounded: "rounded"};

function countsText(field) {
    const parts = run.classes.map((name, i) => field.counts[i] ? field.counts[i] + " " + classTitles[name] : null)
        .filter(text => text);
    if (field.uncounted) parts.push(field.uncounted + " not counted");
    return !fields.some(found) ? "" : parts.length ? parts.join(" \u00b7 ") : "no " + classTitles[""];
}

// Pictures are decoded when they come near the window, or when the page is printed.
const waiting = new Map();
function load(image) {
    if (!waiting.has(image)) return;
    image.src = "data:image/png;base64," + document.getElementById(waiting.get(image)).textContent;
    waiting.delete(image);
    near.unobserve(image);
}
const near = new IntersectionObserver(entries => entries.filter(e => e.isIntersecting).forEach(e => load(e.target)),
    {rootMargin: "1000px"});
window.addEventListener("beforeprint", () => Array.from(waiting.keys()).filter(image => image.isConnected).forEach(load));
function lazyImage(id, attributes) {
    const image = el("img", attributes);
    waiting.set(image, id);
    near.observe(image);
    return image;
}

const fullPicture = field => "overlays/" + encodeURIComponent(field.stem) + ".png";

// The picture and above it the outlines, from inside the file or, when there are too many, from beside it.
function shot(field, images) {
    return el("a", {class: "shot", href: fullPicture(field), target: "_blank", rel: "noopener",
        style: {"aspect-ratio": field.w + " / " + field.h}, title: "open overlays/" + field.stem + ".png"}, images);
}
function embeddedPicture(field, alt) {
    return shot(field, [lazyImage("image" + field.number, {width: field.w, height: field.h, alt}),
        lazyImage("outlines" + field.number, {class: "outlines", alt: ""})]);
}

function linkedPicture(field, alt) {
    const source = kind => "pictures/" + encodeURIComponent(field.stem) + kind + ".png";
    const picture = shot(field, [el("img", {src: source(""), loading: "lazy", alt, width: field.w, height: field.h,
        onerror: () => picture.replaceWith(el("p", {class: "nopicture"}, "The picture is not here: pictures/" + field.stem +
            ".png belongs beside this file, which was moved away from it."))}),
    el("img", {src: source(".outlines"), loading: "lazy", class: "outlines", alt: ""})]);
    return picture;
}

function fieldFigure(field) {
    const name = "Field " + field.site + (field.time === undefined ? "" : ", time " + field.time);
    const alt = name + " of well " + field.well + (countsText(field) ? ": " + countsText(field) : "");
    const picture = field.beside ? linkedPicture(field, alt) : field.w ? embeddedPicture(field, alt)
        : el("p", {class: "nopicture"}, field.status === "failed" ? "No picture: the image could not be read."
            : "No picture: the run was made without them (--no-overlays), or none of its channels is one that is shown.");
    return el("figure", {class: "field", id: "figure-" + field.number, tabindex: -1}, picture, el("figcaption", {},
        el("div", {class: "caption"}, el("b", {}, name), " ", badge(field.status), " ",
            el("span", {class: "counts"}, countsText(field))),
        field.reason ? el("p", {class: "why"}, field.reason) : null,
        el("details", {}, el("summary", {}, "Files and quality"),
            el("p", {class: "files"}, field.files.map((file, i) =>
                [run.channels[i] + ": ", el("code", {}, file === null ? "missing" : file), el("br")]),
                field.width + " \u00d7 " + field.height + " pixels, " + (field.pixel_um === null
                    ? "pixel size unknown" : field.pixel_um + " \u00b5m a pixel")),
            el("table", {class: "facts"}, fieldMeasures.map(m => el("tr", {title: m.about},
                el("th", {scope: "row"}, m.title), el("td", {class: "num"}, valueNodes(m, field.values))))))));
}

// Outlines can be taken off to see what is below, all of them or those of a class; the choice stays from well to well.
// Outlines are one picture; a filter takes the classes out of it by the blue of their colours (canvas.c), which are far
// enough apart: dead 0, ambiguous 66, live 115, debris 167, none 233. Shapes share the colours of other classes; no field has
// both.
const outlineBlue = [[["dead", "flat"], 33], [["ambiguous"], 90], [["live", "spindle"], 141], [["debris", "rounded"], 200],
    [["", "polygonal"], 256]];
const hiddenClasses = new Set();
let outlines = true;

function outlineFilter() {
    const table = Array.from({length: 256}, (_, blue) => outlineBlue.find(x => blue < x[1])[0].some(name => hiddenClasses.has(name)) ? 0 : 1);
    const mask = svg("feComponentTransfer", {in: "blue", result: "mask"}, svg("feFuncA", {type: "discrete", tableValues: table.join(" ")}));
    return svg("filter", {id: "classes", "color-interpolation-filters": "sRGB", x: 0, y: 0, width: 1, height: 1},
        svg("feColorMatrix", {in: "SourceGraphic", type: "matrix", values: "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0", result: "blue"}),
        mask, svg("feComposite", {in: "SourceGraphic", in2: "mask", operator: "in"}));
}
const filterHome = svg("svg", {width: 0, height: 0, "aria-hidden": "true", class: "away"});
document.body.append(filterHome);

function applyOutlines(figures) {
    filterHome.replaceChildren(outlineFilter());
    figures.classList.toggle("bare", !outlines);
    figures.classList.toggle("some", hiddenClasses.size > 0);
}

function outlineSwitches(figures) {
    const used = run.classes.filter((name, i) => fields.some(f => f.counts[i]));
    const all = el("label", {class: "switch"}, el("input", {type: "checkbox", id: "outlines", checked: outlines,
        onchange: event => { outlines = event.target.checked; applyOutlines(figures); }}), " outlines ", el("kbd", {"aria-hidden": "true"}, "o"));
    applyOutlines(figures);
    return el("div", {class: "classes", role: "group", "aria-label": "outlines"}, all, used.map(name =>
        el("label", {class: "key " + (name || "none")}, el("input", {type: "checkbox", class: "of-class", checked: !hiddenClasses.has(name),
            onchange: event => {
                event.target.checked ? hiddenClasses.delete(name) : hiddenClasses.add(name);
                applyOutlines(figures);
            }}), " ", el("i", {"aria-hidden": "true"}), classTitles[name])),
        fields.some(f => f.uncounted) ? el("span", {class: "key dashed",
            title: "cut off by an edge and left to the neighbouring field by the counting rule, or outside of what is counted"},
            el("i", {"aria-hidden": "true"}), "not counted") : null,
        fields.some(f => f.covered) ? el("span", {class: "key covered"}, el("i", {"aria-hidden": "true"}),
            "edge of the covered area") : null);
}

// What leaving fields out changed, for every measure that says so.
function exclusionNote(well) {
    const changed = measures.filter(m => m.all >= 0 && well.values[m.all] !== null && well.values[m.i] !== well.values[m.all]);
    return changed.length ? el("p", {class: "note"}, "With the rejected fields included: ",
        changed.map((m, i) => (i ? "; " : "") + m.title + " " + valueText(m, well.values, m.all) + " instead of " +
            valueText(m, well.values)).join(""), ".") : null;
}

// The main measures are seen at once, the others behind a click.
function measureTable(list, well) {
    return el("table", {class: "facts"}, el("tbody", {}, list.map(m => el("tr", {title: m.about},
        el("th", {scope: "row"}, m.title), el("td", {class: "num"}, valueNodes(m, well.values),
            wells.length > 1 ? whisker(m, well.values) : null)))));
}
function results(well) {
    const first = mainOf(measures, wells), others = measures.filter(m => !first.includes(m));
    return section("Results", {}, measureTable(first, well), wells.length > 1 && first.some(m => m.low >= 0)
        ? el("p", {class: "muted"}, "Bars: 95\u202f% interval, on the range of all wells.") : null,
    others.length ? el("details", {}, el("summary", {}, plural(others.length, "more result")), measureTable(others, well)) : null);
}

// What the sample sheet says of the well.
function sampleTable(well) {
    const known = (run.metadata || []).map((name, i) => [name, well.metadata[i]]).filter(pair => pair[1]);
    return known.length ? section("Sample", {}, el("table", {class: "facts"}, el("tbody", {}, known.map(pair =>
        el("tr", {}, el("th", {scope: "row"}, pair[0].replace(/_/g, " ").replace(/([a-z])([A-Z][a-z])/g, (m, a, b) => a + " " + b.toLowerCase())), el("td", {}, pair[1])))))) : null;
}

function wellBody(well) {
    const pairs = well.fields.some(f => f.panels > 1), pictures = well.fields.some(f => f.w);
    const figures = el("div", {class: pairs ? "fields pairs" : "fields"}, well.fields.map(fieldFigure));
    const table = well.fields.length > 1 ? rowTable("Fields", fieldKind, well.fields) : null;
    const many = well.fields.length > 9; /* the table is the way to the pictures then */
    return [
        well.reason ? el("p", {class: "reason " + well.status}, badge(well.status), " ", well.reason) : null,
        exclusionNote(well), growthSection(well), many ? table : null,
        el("div", {class: "columns"}, el("div", {}, sampleTable(well), results(well)),
            section("Pictures", {}, pictures ? el("div", {class: "filters"}, outlineSwitches(figures)) : null, figures,
                pictures ? el("p", {class: "muted"}, "Contrast: grey levels from the 5th to the 99.8th percentile of each picture " +
                    "(transmitted light: from the 0.2nd), so brightness must not be compared between pictures. A click opens the picture in overlays/.") : null)),
        cellSection(well.fields, isPlate ? "of well " + well.well : "of the image"), many ? null : table];
}

function wellView(well) {
    const step = (offset, text) => {
        const other = wells[well.index + offset];
        return el("a", {class: "button", href: other ? "#well-" + other.index : null, "aria-disabled": !other && "true"}, text);
    };
    return el("main", {class: "wellview"},
        el("nav", {class: "crumbs", "aria-label": "wells"}, el("a", {class: "button", href: "#overview"}, "\u2190 Overview"),
            step(-1, "\u2039 Previous"), step(1, "Next \u203a")),
        el("h1", {tabindex: -1}, (plates.length > 1 || wells.length === 1 ? well.plate + " " : "") + "Well " + well.well + " ",
            badge(well.status)),
        el("p", {class: "sub"}, run.title + " \u00b7 " + well.used + " of " + plural(well.sites, "field") + " used"),
        wellBody(well));
}
