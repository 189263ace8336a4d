// SPDX-License-Identifier: GPL-2.0-or-later
// report.html in a real browser: node report.mjs FAKE_REPORT [PICTURES [WORDS]]. With a folder for PICTURES
// it leaves screenshots there; WORDS: only the tests whose names contain them. Exits with 77 when there is no browser to test with.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {pathToFileURL} from "node:url";

const [fakeReport, pictures, words] = process.argv.slice(2);
const skip = why => { console.log("skipped: " + why); process.exit(77); };
const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .find(file => file && fs.existsSync(file));
if (!browserPath) skip("no chromium (set CHROMIUM to its path)");
const {chromium} = await import("playwright-core").catch(() => skip("playwright-core is not installed: npm ci in tests/browser"));

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stroma_browser_"));
const shapes = {
    plate12: [3, 4, 2, 400, "dead"], sheet: [4, 6, 1, 200, "samples"], hostilesheet: [2, 4, 1, 200, "samples", "hostile"], plate96: [8, 12, 1, 200, "dead"], plate384: [16, 24, 1, 100],
    large: [16, 24, 2, 640, "dead"], plate1536: [32, 48, 3, 128, "blind"], beside: [2, 3, 1, 320, "dead", "many"], single: [0, 0, 1, 600, "dead"], adherent: [2, 3, 1, 400, "mask"],
    times: [1, 2, 5, 200, "times"], hostile: [2, 3, 2, 300, "dead", "hostile"], bare: [2, 3, 1, 200, "bare"],
};
const made = {};
function reportOf(name) {
    const out = path.join(folder, name);
    if (!made[name]) execFileSync(fakeReport, [out, ...shapes[name].map(String), "pages"]);
    made[name] = true;
    return pathToFileURL(path.join(out, "report.html")).href;
}

const browser = await chromium.launch({executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"]});

// A page on which nothing may go wrong unnoticed: errors, dialogs and requests are collected.
async function open(name, {hash = "", width = 1280, height = 900, colorScheme = "light"} = {}) {
    const page = await browser.newPage({viewport: {width, height}, colorScheme});
    page.faults = [];
    page.on("console", message => message.type() === "error" && page.faults.push(message.text()));
    page.on("pageerror", error => page.faults.push(String(error)));
    page.on("dialog", dialog => { page.faults.push("dialog " + dialog.message()); dialog.dismiss(); });
    page.on("request", request => /^(file|data|blob):/.test(request.url()) || page.faults.push("fetches " + request.url()));
    await page.goto(reportOf(name) + hash);
    await page.waitForSelector("main");
    return page;
}
async function close(page) {
    assert.deepEqual(page.faults, []);
    await page.close();
}
const cellColour = (page, well) => page.evaluate(name =>
    getComputedStyle([...document.querySelectorAll("a.cell")].find(c => c.well.well === name)).backgroundColor, well);
const column = (page, n) => page.$$eval(`table.rows tbody tr > :nth-child(${n})`, cells => cells.map(c => c.textContent));

const tests = {
    async "the overview shows the run"() {
        const page = await open("plate12");
        assert.equal(await page.title(), "Batch 7, passage 4 \u00b7 stroma report");
        assert.equal(await page.textContent("h1"), "Batch 7, passage 4");
        assert.match(await page.textContent(".verdict"), /All 12 wells measured, with remarks/);
        assert.equal(await page.locator("a.cell").count(), 12);
        assert.equal(await page.locator("table.rows tbody tr").count(), 12);
        assert.match(await page.textContent(".flags"), /A03, field 1.*the file ends after 1024 of 2097152 bytes/);
        assert.match(await page.textContent(".flags"), /A02 With the rejected fields included: Viability 71.8\u202f% instead of 79.0\u202f%/);
        assert.match(await page.textContent("body"), /segment.sigma_um1.2\u202f\u00b5m1.0\u202f\u00b5m/);
        await close(page);
    },
    async "numbers stand with their unit and interval"() {
        const page = await open("plate12");
        assert.equal((await column(page, 4))[0], "77.8\u202f% (71.4\u201382.9)");
        assert.match(await page.getAttribute("a.cell >> nth=0", "aria-label"),
            /^A01: Viability 77.8\u202f% \(95\u202f% interval 71.4\u201382.9\), ok$/);
        await close(page);
    },
    async "the map is coloured by the measure that is chosen"() {
        const page = await open("plate12");
        const before = await cellColour(page, "A01");
        assert.equal(await page.$eval("#measure", s => s.selectedOptions[0].textContent), "Viability (%)");
        await page.selectOption("#measure", {label: "Count dead"});
        assert.notEqual(await cellColour(page, "A01"), before);
        assert.match(await page.getAttribute("a.cell >> nth=0", "aria-label"), /^A01: Count dead 2, ok$/);
        assert.match(await page.textContent(".legend"), /Median of 12 wells/);
        await close(page);
    },
    async "the extremes of the scale have its end colours"() {
        const page = await open("plate12");
        assert.equal(await cellColour(page, "A03"), "rgb(253, 231, 37)");
        assert.equal(await cellColour(page, "C04"), "rgb(68, 1, 84)");
        await close(page);
    },
    async "the table sorts"() {
        const page = await open("plate12");
        const header = page.locator("th button.sort", {hasText: "Viability"});
        const numbers = async () => (await column(page, 4)).map(parseFloat);
        await header.click();
        const up = await numbers();
        assert.deepEqual(up, [...up].sort((a, b) => a - b));
        assert.equal(await page.getAttribute("th:has(button:text('Viability'))", "aria-sort"), "ascending");
        await page.locator("th button.sort", {hasText: "Viability"}).click();
        assert.deepEqual(await numbers(), up.reverse());
        await page.locator("th button.sort", {hasText: "Status"}).click();
        assert.match((await column(page, 2))[0], /warn/);
        await close(page);
    },
    async "the table filters"() {
        const page = await open("plate12");
        await page.fill("input[type=search]", "b0");
        assert.deepEqual(await column(page, 1), ["B01", "B02", "B03", "B04"]);
        assert.equal(await page.textContent("section:has(table.rows) [role=status]"), "4 of 12 wells");
        await page.fill("input[type=search]", "");
        await page.selectOption("select.status", "warn");
        assert.deepEqual(await column(page, 1), ["A02", "A03"]);
        await page.fill("input[type=search]", "no such well");
        assert.deepEqual(await column(page, 1), []);
        await close(page);
    },
    async "a well opens with its pictures"() {
        const page = await open("plate12");
        await page.click("a.cell >> nth=1");
        await page.waitForSelector("h1:has-text('Well A02')");
        assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
        assert.equal(await page.locator("figure.field").count(), 2);
        assert.match(await page.textContent("figure.field >> nth=0"), /rejected.*4 live \u00b7 1 dead.*out of focus/);
        const sizes = await page.$$eval(".shot img", list => Promise.all(list.map(i => i.decode().then(() => i.naturalWidth))));
        assert.deepEqual(sizes, [804, 804, 804, 804]);
        await page.click("text=Next");
        await page.waitForSelector("h1:has-text('Well A03')");
        assert.match(await page.textContent("figure.field >> nth=0"), /No picture: the image could not be read/);
        await page.goBack();
        await page.goBack();
        await page.waitForSelector("table.rows");
        await close(page);
    },
    async "growth is drawn with the line of its doubling time"() {
        const page = await open("times", {hash: "#well-0"});
        assert.equal(await page.locator(".growth svg").count(), 2);
        assert.match(await page.textContent(".growth"), /Doubles in 24.0.*20.0\u201330.0/);
        const ends = await page.$eval(".growth svg .fit", line => line.getAttribute("d").match(/[\d.]+/g).map(Number));
        const points = await page.$$eval(".growth svg >> nth=0 >> path[transform]", list =>
            list.map(mark => mark.getAttribute("transform").match(/[\d.]+/g).map(Number)));
        assert.equal(points.length, 5);
        points[0].concat(points[4]).forEach((v, i) => assert.ok(Math.abs(v - ends[i]) < 0.3, v + " is not " + ends[i]));
        assert.equal(await page.locator(".growth .fit").count(), 1); /* the count has no doubling time here */
        await page.click("text=Overview");
        assert.equal(await page.locator(".growth svg").first().locator("a").count(), 2); /* its second well lacks a time */
        await close(page);
        const still = await open("plate12");
        assert.equal(await still.locator(".growth").count(), 0);
        await close(still);
    },
    async "outlines can be taken off"() {
        const page = await open("plate12", {hash: "#well-0"});
        const visible = () => page.$eval(".outlines", i => getComputedStyle(i).visibility);
        assert.equal(await visible(), "visible");
        await page.click("#outlines");
        assert.equal(await visible(), "hidden");
        await page.click("h1");
        await page.keyboard.press("o");
        assert.equal(await visible(), "visible");
        await close(page);
    },
    async "outlines of a class can be taken off"() {
        const page = await open("plate12", {hash: "#well-0"});
        const near = (pixel, colour) => colour.every((v, i) => Math.abs(v - pixel[i]) < 12);
        const colours = {live: [0, 158, 115], dead: [213, 94, 0], ambiguous: [240, 228, 66], debris: [204, 121, 167]};
        const seen = async () => {
            await page.$$eval(".shot img", list => Promise.all(list.map(i => i.decode())));
            const png = (await page.locator(".shot").first().screenshot()).toString("base64");
            const pixels = await page.evaluate(async source => {
                const image = new Image();
                image.src = "data:image/png;base64," + source;
                await image.decode();
                const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0);
                const data = context.getImageData(0, 0, image.width, image.height).data, found = new Set();
                for (let i = 0; i < data.length; i += 4) found.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
                return [...found];
            }, png);
            return Object.keys(colours).filter(name => pixels.some(p => near([p >> 16, p >> 8 & 255, p & 255], colours[name])));
        };
        assert.deepEqual(await seen(), ["live", "dead", "ambiguous", "debris"]);
        await page.click(".of-class >> nth=0");
        assert.deepEqual(await seen(), ["dead", "ambiguous", "debris"]);
        await page.click(".of-class >> nth=1");
        await page.click(".of-class >> nth=3");
        assert.deepEqual(await seen(), ["ambiguous"]);
        await page.click("text=Next"); /* stays from well to well */
        assert.deepEqual(await page.$$eval(".of-class", list => list.map(box => box.checked)), [false, false, true, false]);
        await page.goBack();
        for (const i of [0, 1, 3]) await page.click(".of-class >> nth=" + i);
        assert.deepEqual(await seen(), ["live", "dead", "ambiguous", "debris"]);
        await close(page);
    },
    async "cells have histograms and scatter plots"() {
        const page = await open("plate12", {hash: "#well-0"});
        await page.locator(".cells").scrollIntoViewIfNeeded();
        await page.waitForSelector(".cells svg");
        assert.match(await page.textContent(".cells [role=status]"), /^All 13 objects are in this file\. /);
        assert.match(await page.getAttribute(".cells svg", "aria-label"), /^Scatter plot of Mean intensity, dead against Mean intensity, nuclei of 5 cells of well A01/);
        const dots = name => page.$$eval(".dots." + name, list => list.map(p => p.getAttribute("d").split("M").length - 1));
        assert.deepEqual(await dots("live"), [3]);
        await page.selectOption(".cells select.y", "-1");
        assert.match(await page.getAttribute(".cells svg", "aria-label"), /^Histogram of Mean intensity, nuclei of 11 cells/);
        const heights = () => page.$$eval(".mark", list => list.reduce((sum, r) => sum + Number(r.getAttribute("height")), 0));
        const all = await heights();
        assert.ok(all > 0);
        await page.click(".cells label.live input");
        assert.match(await page.getAttribute(".cells svg", "aria-label"), / of 4 cells/);
        assert.equal(await page.locator(".mark.live").count(), 0);
        assert.equal(await page.locator(".quartiles tbody tr").count(), 2);
        await page.selectOption(".cells select.x", {label: "Area shape area (px)"});
        await page.click(".cells label:has-text('logarithmic') >> nth=0");
        assert.match(await page.textContent(".quartiles"), /dead2400\u202fpx400\u2013400/);
        await close(page);
        const plate = await open("plate384");
        await plate.locator(".cells").scrollIntoViewIfNeeded();
        assert.match(await plate.getAttribute(".cells svg", "aria-label"), /cells of all wells$/);
        await close(plate);
    },
    async "groups, doses and controls"() {
        const page = await open("sheet");
        const rows = await page.$$eval('script[data-row="well"]', list => list.map(s => JSON.parse(s.textContent)));
        const of = (kind, at) => rows.filter(w => w.metadata[3] === kind && (w.status === "ok" || w.status === "warn")).map(w => w.values[at]).filter(v => v !== null);
        const mean = list => list.reduce((a, b) => a + b, 0) / list.length;
        const sd = list => Math.sqrt(list.reduce((sum, v) => sum + (v - mean(list)) ** 2, 0) / (list.length - 1));
        const z = at => {
            const p = of("positive", at), n = of("negative", at);
            return 1 - 3 * (sd(p) + sd(n)) / Math.abs(mean(p) - mean(n));
        };
        assert.ok((await page.textContent(".zprime")).startsWith("Z\u2032 = " + z(4).toFixed(2) + " (4 positive, 4 negative wells)"));
        const table = await page.$$eval(".grouptable tbody tr", list => list.map(r => [...r.children].map(c => c.textContent)));
        assert.equal(table.length, 2 + 2 * 4);
        assert.deepEqual(table.find(r => r[2] === "positive").slice(1, 4), ["positive control", "positive", "4"]);
        const drug = rows.filter(w => w.metadata[0] === "drug" && w.metadata[1] === "10").map(w => w.values[4]);
        assert.deepEqual(table.find(r => r[1] === "drug 10\u202f\u00b5M").slice(3, 5), ["2", mean(drug).toFixed(1)]);
        assert.match(await page.getAttribute(".groups svg", "aria-label"), /^Viability against concentration, 2 series, 1\d wells/);
        assert.equal(await page.locator(".groups .means").count(), 2);
        await page.selectOption(".groups select.measure", {label: "Density (1/mm\u00b2)"});
        assert.ok((await page.textContent(".zprime")).startsWith("Z\u2032 = " + z(7).toFixed(2)));
        await close(page);
        const hostile = await open("hostilesheet");
        assert.equal(await hostile.evaluate(() => window.hacked), undefined);
        assert.match(await hostile.textContent(".grouptable"), /<img src=x onerror=/);
        assert.match(await hostile.textContent(".zprime"), /2 positive, 2 negative wells/);
        await close(hostile);
    },
    async "everything works from the keyboard"() {
        const page = await open("plate12");
        await page.focus("a.cell[tabindex='0']");
        for (const key of ["ArrowRight", "ArrowDown", "End"]) await page.keyboard.press(key);
        assert.equal(await page.evaluate(() => document.activeElement.well.well), "B04");
        assert.equal(await page.locator("a.cell[tabindex='0']").count(), 1);
        assert.ok(await page.isVisible(".tip"));
        await page.keyboard.press("Enter");
        await page.waitForSelector(".wellview");
        assert.match(await page.textContent("h1"), /^Well B04/);
        await close(page);
    },
    async "hostile names stay text"() {
        const page = await open("hostile");
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        assert.match(await page.textContent("h1"), /<script>window.hacked=1<\/script> & "plate"/);
        assert.equal(await page.locator("body img, h1 *, table.rows b").count(), 0);
        await page.click("a.cell >> nth=3");
        assert.match(await page.textContent("h1"), /<b>&"'/);
        await page.click("summary >> nth=0");
        assert.match(await page.textContent("figure.field >> nth=0"), /<img src=x onerror="window.hacked=1">|script><img/);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        assert.equal(await page.locator("script:not([type])").count(), 1);
        await close(page);
    },
    async "the policy stops what would get in"() {
        const page = await open("plate12");
        await page.evaluate(() => {
            const s = document.createElement("script");
            s.textContent = "window.hacked = 1";
            document.body.append(s);
        });
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        assert.equal(page.faults.length, 1);
        assert.match(page.faults[0], /Content Security Policy/);
        await page.close();
    },
    async "it prints"() {
        const page = await open("plate96");
        await page.emulateMedia({media: "print"});
        assert.equal(await page.$eval(".tools", e => getComputedStyle(e).display), "none");
        const pdf = await page.pdf({format: "A4"});
        if (pictures) fs.writeFileSync(path.join(pictures, "print.pdf"), pdf);
        assert.ok(pdf.length > 20000);
        const side = bytes => /MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)/.exec(bytes.toString("latin1")).slice(1).map(v => Math.round(v));
        assert.deepEqual(side(pdf), [596, 843]);
        assert.deepEqual(side(await page.pdf({format: "Letter"})), [612, 792]);
        await close(page);
        const many = await open("plate384");
        assert.equal(await many.locator("table.rows tbody tr").count(), 100);
        await many.pdf({format: "A4"});
        assert.equal(await many.locator("table.rows tbody tr").count(), 384);
        await close(many);
    },
    async "1536 wells and 4608 fields open at once"() {
        reportOf("plate1536");
        const start = Date.now();
        const page = await open("plate1536");
        const ms = Date.now() - start;
        console.log("    1536 wells: " + ms + " ms");
        assert.ok(ms < 15000);
        assert.equal(await page.locator("a.cell").count(), 1536);
        assert.equal(await page.locator("table.rows tbody tr").count(), 100);
        await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
        await page.waitForFunction(() => document.querySelectorAll("table.rows tbody tr").length >= 200);
        await close(page);
    },
    async "384 wells with two fields each are light and quick"() {
        const bytes = fs.statSync(new URL(reportOf("large"))).size, times = [];
        for (let i = 0; i < 3; i++) {
            const start = Date.now(), page = await open("large");
            times.push(Date.now() - start);
            await close(page);
        }
        console.log("    384 wells: " + (bytes / 1e6).toFixed(1) + " MB, " + times.join(", ") + " ms");
        assert.ok(bytes < 30e6);
        assert.ok(Math.min(...times) < 2000); /* the machine may be busy with something else */
    },
    async "pictures that are not embedded are linked, or missed in words"() {
        const page = await open("beside", {hash: "#well-3"});
        assert.deepEqual(await page.$$eval(".shot img", list => Promise.all(list.slice(0, 2).map(i => i.decode().then(() => i.naturalWidth)))),
            [644, 644]);
        assert.match(await page.$eval(".shot .outlines", i => i.src), /pictures\/B01_s1.outlines.png$/);
        fs.rmSync(path.join(folder, "beside", "pictures"), {recursive: true});
        await page.click("text=Next");
        await page.waitForSelector(".nopicture");
        assert.match(await page.textContent(".nopicture"), /pictures\/B02_s1.png belongs beside this file/);
        await page.close();
    },
    async "a single image needs no map"() {
        const page = await open("single");
        assert.equal(await page.locator("a.cell, table.rows").count(), 0);
        assert.equal(await page.locator("figure.field").count(), 1);
        assert.match(await page.textContent(".tiles"), /Viability75.0\u202f%95\u202f% interval 68.6\u201380.1/);
        await close(page);
    },
    async "an assay without results has a report"() {
        const page = await open("bare");
        assert.equal(await page.$eval("#measure", s => s.selectedOptions[0].textContent), "Fields used");
        assert.equal(await page.locator("a.cell").count(), 6);
        await close(page);
    },
    async "an adherent culture needs no classes"() {
        const page = await open("adherent", {hash: "#well-0"});
        assert.match(await page.textContent(".classes"), /edge of the covered area/);
        await close(page);
    },
    async "unstained cells are shown by size and shape first"() {
        const page = await open("adherent");
        await page.locator(".cells").scrollIntoViewIfNeeded();
        await page.waitForSelector(".cells svg");
        assert.match(await page.getAttribute(".cells svg", "aria-label"), /^Scatter plot of Shape spindle score against Area shape area/);
        await close(page);
    },
    async "nothing is wider than the window"() {
        for (const name of ["plate12", "plate384", "single", "hostile", "hostilesheet"])
            for (const width of [360, 1280])
                for (const hash of ["", "#well-1"]) {
                    const page = await open(name, {width, hash});
                    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
                    assert.ok(wide <= 0, `${name}${hash} at ${width}: ${wide} pixels too wide`);
                    await page.close();
                }
    },
    async "light and dark"() {
        const page = await open("plate12", {colorScheme: "dark"});
        const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(await ground(), "rgb(17, 22, 26)");
        await page.click("text=Display: auto");
        assert.equal(await ground(), "rgb(244, 246, 247)");
        await page.click("text=Display: light");
        assert.equal(await ground(), "rgb(17, 22, 26)");
        await close(page);
    },
    // WCAG 2 asks for 4.5; computed from what the browser paints.
    async "text can be read"() {
        for (const colorScheme of ["light", "dark"]) {
            const page = await open("plate12", {colorScheme});
            const poor = await page.evaluate(() => {
                const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
                const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                const ground = e => {
                    for (; e; e = e.parentElement) {
                        const c = parse(getComputedStyle(e).backgroundColor);
                        if (c.length === 3 || c[3] === 1) return c;
                    }
                    return [255, 255, 255];
                };
                return [...document.querySelectorAll("main *")].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) &&
                    e.offsetParent).map(e => {
                    const a = light(parse(getComputedStyle(e).color)), b = light(ground(e));
                    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className, e.textContent.slice(0, 30)];
                }).filter(x => x[0] < 4.5);
            });
            assert.deepEqual(poor, [], colorScheme);
            await close(page);
        }
    },
};

async function takePictures() {
    const shots = [["plate12", "", 1280, 1500], ["plate12", "", 390, 1800], ["plate96", "", 1280, 1500], ["plate96", "#well-1", 1280, 900],
        ["plate384", "", 1280, 1200], ["plate1536", "", 1280, 1200], ["single", "", 1280, 1600], ["adherent", "#well-0", 1280, 900],
        ["hostile", "", 1280, 1400], ["sheet", "", 1280, 2400]];
    for (const [name, hash, width, height] of shots)
        for (const colorScheme of ["light", "dark"]) {
            const page = await open(name, {hash, width, height, colorScheme});
            await page.screenshot({path: path.join(pictures, [name, hash.slice(1), width, colorScheme].filter(x => x).join("_") + ".png")});
            await page.close();
        }
}

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
    if (words && !name.includes(words)) continue;
    try {
        await test();
        console.log("ok      " + name);
    } catch (error) {
        failed++;
        console.log("FAILED  " + name + "\n" + (error.stack || error));
    }
}
if (pictures && !words) await takePictures();
await browser.close();
fs.rmSync(folder, {recursive: true});
process.exit(failed ? 1 : 0);
