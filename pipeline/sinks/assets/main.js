// Which page: #well-12 is a well, #field-7 a picture on its well's page, everything else the overview. The overview is
// kept, so that going back finds it as it was.
const page = document.getElementById("page");
let home = null, scrolled = 0;

function target() {
    const match = /^#(well|field)-(\d+)$/.exec(location.hash);
    if (!match) return {};
    const field = match[1] === "field" ? fields.find(f => f.number === Number(match[2])) : null;
    return {field, well: isPlate ? (field ? field.owner : wells[match[2]]) : null};
}

function show() {
    const {well, field} = target();
    if (home && home.isConnected && well) scrolled = window.scrollY;
    home = home || overview();
    const main = well ? wellView(well) : home;
    if (!main.isConnected) page.replaceChildren(main);
    document.title = (well ? "Well " + well.well + " \u00b7 " : "") + run.title + " \u00b7 stroma report";
    const figure = field && document.getElementById("figure-" + field.number);
    if (figure) {
        figure.scrollIntoView({block: "center"});
        figure.focus({preventScroll: true});
        return;
    }
    window.scrollTo(0, well ? 0 : scrolled);
    if (well) main.querySelector("h1").focus({preventScroll: true});
}

// Follows the system until asked for something else.
function themeButton() {
    const themes = ["auto", "light", "dark"];
    let at = 0;
    const button = el("button", {type: "button", class: "button", onclick: () => {
        at = (at + 1) % themes.length;
        document.documentElement.dataset.theme = themes[at];
        name();
    }});
    const name = () => { button.textContent = "Display: " + themes[at]; };
    name();
    return button;
}

document.addEventListener("keydown", event => {
    const box = document.getElementById("outlines");
    if (event.key === "o" && box && !event.ctrlKey && !event.metaKey && !/^(search|text)$/.test(event.target.type) && event.target.tagName !== "SELECT") box.click();
});
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => {
    d.dataset.was = d.open ? "open" : "";
    d.open = true;
}));
window.addEventListener("afterprint", () => document.querySelectorAll("details").forEach(d => { d.open = d.dataset.was === "open"; }));
window.addEventListener("hashchange", show);
document.body.prepend(el("div", {class: "tools"}, el("span", {class: "brand"}, "stroma report"), themeButton(),
    el("button", {type: "button", class: "button", onclick: () => window.print()}, "Print")));
show();
