// Viridis: equal steps look equal, also to people with any kind of colour vision and in black and white.
const viridis = ["440154", "482475", "414487", "355f8d", "2a788e", "21918c", "22a884", "44bf70", "7ad151", "bddf26",
    "fde725"].map(hex => [0, 2, 4].map(i => parseInt(hex.slice(i, i + 2), 16)));

function colourAt(t) {
    const x = Math.max(0, Math.min(1, t)) * (viridis.length - 1), i = Math.min(Math.floor(x), viridis.length - 2);
    return viridis[i].map((v, k) => Math.round(v + (x - i) * (viridis[i + 1][k] - v)));
}
const cssColour = rgb => "rgb(" + rgb.join(",") + ")";
const gradient = "linear-gradient(to right," + viridis.map(cssColour).join(",") + ")";

// Black or white, whichever is read better on it (WCAG relative luminance).
function inkOn(rgb) {
    const [r, g, b] = rgb.map(v => Math.pow(v / 255, 2.2));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2 ? "#000" : "#fff";
}

function colourOf(m, well) {
    const value = well.values[m.i], {min, max} = rangeOf(m);
    return value === null ? null : colourAt(max > min ? (value - min) / (max - min) : 0.5);
}
