// The plate as it stands on the bench: rows are letters, columns numbers. One tab stop a plate, arrows move inside.
const formats = [[2, 3], [3, 4], [4, 6], [6, 8], [8, 12], [16, 24], [32, 48]];
const rowName = row => row < 26 ? String.fromCharCode(65 + row)
    : String.fromCharCode(64 + Math.floor(row / 26)) + String.fromCharCode(65 + row % 26);

function formatOf(list) {
    const rows = 1 + Math.max(...list.map(w => w.row)), cols = 1 + Math.max(...list.map(w => w.col));
    return formats.find(f => f[0] >= rows && f[1] >= cols) || [rows, cols];
}

// A well that is all right may still have a field that is not.
const markOf = well => well.status === "ok" && well.fields.some(f => f.status !== "ok") ? "warn" : well.status;

function wellLabel(m, well) {
    return well.well + ": " + m.title + " " + fullText(m, well.values) + ", " + well.status +
        (well.reason ? ": " + well.reason : "");
}

// Three digits are enough to compare, and all that fits.
function shortText(m, well) {
    const value = well.values[m.i];
    if (value === null) return "";
    const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    const text = value.toFixed(Math.min(m.decimals, digits));
    return text.length > 5 ? "" : text;
}

function paintCell(cell, m, well, withText) {
    const colour = colourOf(m, well);
    cell.className = "cell " + markOf(well) + (colour ? "" : " none");
    cell.style.setProperty("--fill", colour ? cssColour(colour) : "transparent");
    cell.style.setProperty("color", colour ? inkOn(colour) : "inherit");
    cell.setAttribute("aria-label", wellLabel(m, well));
    cell.textContent = withText ? shortText(m, well) : "";
}

function moveFocus(event, cells, rows, cols) {
    const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
    const here = event.target.position, step = steps[event.key];
    if (!here || !step && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    let [row, col] = here, [dr, dc] = step || [0, event.key === "Home" ? 1 : -1];
    if (!step) col = event.key === "Home" ? -1 : cols;
    for (row += dr, col += dc; row >= 0 && row < rows && col >= 0 && col < cols; row += dr, col += dc) {
        const cell = cells.get(row * cols + col);
        if (!cell) continue;
        event.target.tabIndex = -1;
        cell.tabIndex = 0;
        cell.focus();
        return;
    }
}

// Returns the element; its paint(m) colours it by another measure.
function plateMap(plate, list, tip) {
    const [rows, cols] = formatOf(list), cells = new Map(), withText = cols <= 12;
    const grid = el("div", {class: "plate", role: "grid", "aria-label": "plate " + plate + ", " + rows * cols + " wells",
        style: {"--cols": cols}, "data-size": rows * cols});
    grid.append(el("div", {class: "line", role: "row"}, el("span", {class: "corner"}), Array.from({length: cols},
        (_, c) => el("span", {class: "head", role: "columnheader"}, String(c + 1)))));
    const at = new Map(list.map(w => [w.row * cols + w.col, w]));
    for (let r = 0; r < rows; r++) {
        const line = el("div", {class: "line", role: "row"}, el("span", {class: "head", role: "rowheader"}, rowName(r)));
        for (let c = 0; c < cols; c++) {
            const well = at.get(r * cols + c);
            if (!well) {
                line.append(el("span", {class: "cell empty", role: "gridcell", "aria-label": "no image"}));
                continue;
            }
            const cell = el("a", {role: "gridcell", href: "#well-" + well.index, tabindex: cells.size ? -1 : 0});
            cell.position = [r, c];
            cell.well = well;
            cells.set(r * cols + c, cell);
            line.append(cell);
        }
        grid.append(line);
    }
    grid.addEventListener("keydown", event => moveFocus(event, cells, rows, cols));
    for (const [type, shown] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]])
        grid.addEventListener(type, event => tip(shown && event.target.well ? event.target : null));
    grid.paint = m => cells.forEach(cell => paintCell(cell, m, cell.well, withText));
    return grid;
}

function legend(m) {
    const {n, min, max, median: middle} = rangeOf(m), unit = m.sign ? "\u202f" + m.sign : "";
    if (!n) return el("p", {class: "muted"}, "No well has a value for " + m.title + ".");
    return el("div", {class: "legend"},
        el("div", {class: "ramp", style: {background: gradient}, "aria-hidden": "true"}),
        el("div", {class: "ends"}, el("span", {}, number(min, m) + unit), el("span", {}, number(max, m) + unit)),
        el("dl", {},
            el("dt", {}, "Median of " + plural(n, "well")), el("dd", {}, number(middle, m) + unit),
            el("dt", {}, "Lowest to highest"), el("dd", {}, number(min, m) + "\u2013" + number(max, m) + unit)),
        el("ul", {class: "signs"},
            el("li", {}, el("span", {class: "cell warn sample"}), " something to check"),
            el("li", {}, el("span", {class: "cell rejected sample"}), " rejected or failed"),
            el("li", {}, el("span", {class: "cell none sample"}), " no value"),
            el("li", {}, el("span", {class: "cell empty sample"}), " no image")),
        el("p", {class: "muted"}, m.help));
}

// The box that follows the pointer or the focus.
function makeTip(current) {
    const box = el("div", {class: "tip", hidden: true});
    document.body.append(box);
    return cell => {
        box.hidden = !cell;
        if (!cell) return;
        const well = cell.well, m = current(), spot = cell.getBoundingClientRect();
        box.replaceChildren(el("b", {}, well.well), " ", badge(well.status), el("br"), m.title + " ",
            valueNodes(m, well.values), el("br"),
            el("span", {class: "muted"}, well.used + " of " + plural(well.sites, "field") + " used"),
            well.reason ? el("div", {class: "why"}, well.reason) : null);
        const left = Math.min(spot.left + spot.width / 2, window.innerWidth - box.offsetWidth - 12);
        const below = spot.bottom + box.offsetHeight + 12 < window.innerHeight;
        box.style.left = Math.max(8, left) + "px";
        box.style.top = (below ? spot.bottom + 6 : spot.top - box.offsetHeight - 6) + "px";
    };
}
