// Everything the page shows is made here: names from files become text nodes or attribute values, never markup.
function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name === "style") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
        else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
        else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(2)) if (child !== null && child !== undefined) node.append(child);
    return node;
}

const plural = (n, one, many) => n + " " + (n === 1 ? one : many || one + "s");

// "ok" is said by colour, by a sign and in words.
const statusSign = {ok: "\u2713", warn: "!", rejected: "\u2715", failed: "\u2715"};
function badge(status) {
    return el("span", {class: "badge " + status},
        el("span", {"aria-hidden": "true"}, statusSign[status]), " " + status);
}

function section(title, attributes, ...children) {
    const id = "s-" + title.toLowerCase().replace(/[^a-z]+/g, "-");
    return el("section", Object.assign({class: "card", "aria-labelledby": id}, attributes),
        el("h2", {id}, title), ...children);
}
