"use strict";

// The first page: the targets' health and a few figures, asked again every five seconds while somebody looks.

const byId = (id) => document.getElementById(id);

const element = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
};

/** The sums of a few families of an exposition, by their names. */
function sums(text, names) {
    const found = new Map();
    for (const line of text.split("\n")) {
        const name = line.match(/^[a-zA-Z_:][a-zA-Z0-9_:]*/)?.[0];
        if (!names.has(name)) continue;
        const value = Number(line.slice(line.lastIndexOf("}") + 1 || name.length).trim().split(" ")[0]);
        found.set(name, (found.get(name) ?? 0) + value);
    }
    return found;
}

const bytes = (n) => {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let unit = 0;
    while (n >= 1000 && unit < units.length - 1) { n /= 1000; unit += 1; }
    return `${n.toFixed(unit ? 1 : 0)} ${units[unit]}`;
};

const count = (n) => Math.round(n).toLocaleString("en");

const age = (seconds) => {
    if (seconds < 120) return `${Math.round(seconds)} s`;
    if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
    return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
};

const figures = [
    ["vedette_scrapes_total", "scrapes", count],
    ["vedette_samples_appended_total", "samples stored", count],
    ["vedette_store_bytes", "on disk", bytes],
    ["process_resident_memory_bytes", "memory", bytes],
    ["process_start_time_seconds", "running for", (start) => age(Date.now() / 1000 - start)],
];

async function ask(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    return answer;
}

function showTargets(targets) {
    byId("targets").hidden = targets.length === 0;
    byId("no-targets").hidden = targets.length !== 0;
    byId("targets").tBodies[0].replaceChildren(...targets.map((target) => {
        const row = document.createElement("tr");
        const last = Date.parse(target.lastScrape);
        const never = target.health === "unknown" || !(last > 0);
        row.append(
            element("td", target.scrapePool), element("td", target.labels.instance ?? target.scrapeUrl),
            element("td", target.health, ["up", "down"].includes(target.health) ? target.health : "unknown"),
            element("td", never ? "never" : `${age(Math.max(0, Date.now() - last) / 1000)} ago`),
            element("td", never ? "" : `${(target.lastScrapeDuration * 1000).toFixed(1)} ms`),
            element("td", target.lastError));
        return row;
    }));
    return targets.filter((target) => target.health === "up").length;
}

function showFigures(text, up, all) {
    const found = sums(text, new Set(figures.map(([name]) => name)));
    const shown = [["targets up", `${up} of ${all}`]];
    for (const [name, label, form] of figures) if (found.has(name)) shown.push([label, form(found.get(name))]);
    byId("figures").replaceChildren(...shown.map(([label, value]) => {
        const group = document.createElement("div");
        group.append(element("dt", label), element("dd", value));
        return group;
    }));
}

async function refresh() {
    const state = byId("state");
    try {
        const [targets, metrics] = await Promise.all([ask("/api/v1/targets?state=active"), ask("/metrics")]);
        const active = (await targets.json()).data.activeTargets;
        showFigures(await metrics.text(), showTargets(active), active.length);
        state.textContent = "";
    } catch (error) {
        state.textContent = `Cannot read the appliance's state: ${error.message}`;
        state.className = "problem";
    }
}

refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 5000);
