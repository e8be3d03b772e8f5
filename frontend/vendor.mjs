// Fills static/vendor from the locked packages and writes VENDOR.toml with the hash of every file.
// Run by `npm ci && npm run vendor` after a version was changed; the results are committed.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/dianke/interfaces/web/static/vendor");
const packageFile = (name, file) => join(here, "node_modules", name, file);

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

const DRAWN_WITH = [
  "diagram-js", "bpmn-moddle", "didi", "domify", "ids", "inherits-browser", "min-dash", "min-dom", "moddle", "moddle-xml",
  "object-refs", "path-intersection", "saxen", "tiny-svg",
];

const PARTS = [
  { file: "tabler.min.css", name: "@tabler/core", from: "dist/css/tabler.min.css",
    text: `Copyright 2018-2026 The Tabler Authors\nCopyright 2018-2026 codecalm.net Paweł Kuna\n\n${MIT}`,
    contains: "Bootstrap (MIT)" },
  { file: "tabler.min.js", name: "@tabler/core", from: "dist/js/tabler.min.js",
    contains: "Bootstrap (MIT), Popper (MIT)" },
  { file: "htmx.min.js", name: "htmx.org", from: "dist/htmx.min.js", licences: ["htmx.org/LICENSE"] },
  { file: "alpine-csp.min.js", name: "@alpinejs/csp", from: "dist/cdn.min.js",
    text: `Copyright 2019-2026 Caleb Porzio and contributors\n\n${MIT}`,
    contains: "Vue reactivity (MIT)", licences: ["@vue/reactivity/LICENSE"] },
  { file: "echarts.min.js", name: "echarts", entry: "src/echarts.js",
    contains: "zrender (BSD-3-Clause), tslib (0BSD)",
    licences: ["echarts/LICENSE", "echarts/NOTICE", "zrender/LICENSE", "tslib/LICENSE.txt"] },
  // MIT with one more demand: the mark of bpmn.io in every drawing stays as it is, visible and uncovered.
  { file: "bpmn-viewer.min.js", name: "bpmn-js", from: "dist/bpmn-viewer.production.min.js", licence: "bpmn.io",
    contains: `${DRAWN_WITH.join(", ")} (MIT; inherits-browser ISC)`,
    licences: ["bpmn-js", ...DRAWN_WITH].map((name) => `${name}/${name === "domify" ? "license" : "LICENSE"}`) },
  { file: "bpmn-viewer.css", name: "bpmn-js", from: "dist/assets/diagram-js.css", licence: "bpmn.io" },
];

async function textOf(part) {
  if (part.from) return readFile(packageFile(part.name, part.from), "utf8");
  const result = await build({
    entryPoints: [join(here, part.entry)], bundle: true, minify: true, write: false,
    format: "iife", globalName: "echarts", target: "es2020", legalComments: "none",
  });
  return `/*! ECharts, Apache-2.0, own build of the parts needed: frontend/src/echarts.js */\n${result.outputFiles[0].text}`;
}

async function licenceText(part) {
  const texts = await Promise.all((part.licences ?? []).map((file) => readFile(packageFile("", file), "utf8")));
  const all = [part.text, ...texts].filter(Boolean);
  return all.length ? `${"=".repeat(80)}\n${part.name}\n${"=".repeat(80)}\n\n${all.join("\n\n")}\n` : "";
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const rows = ["# Written by frontend/vendor.mjs; tests/architecture checks the hashes.\n"];
const licences = [];
for (const part of PARTS) {
  const { version, license } = JSON.parse(await readFile(packageFile(part.name, "package.json"), "utf8"));
  // A map that is not shipped would make the manifest storage refuse the file.
  const text = (await textOf(part)).replace(/\s*(\/\/|\/\*)# sourceMappingURL=.*$/s, "\n");
  await writeFile(join(target, part.file), text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  rows.push(
    "[[file]]", `path = "${part.file}"`, `name = "${part.name}"`, `version = "${version}"`, `licence = "${part.licence ?? license}"`,
    ...(part.contains ? [`contains = "${part.contains}"`] : []), `sha256 = "${sha256}"\n`,
  );
  licences.push(await licenceText(part));
}
await writeFile(join(target, "VENDOR.toml"), rows.join("\n"));
await writeFile(join(target, "LICENSES.txt"), licences.filter(Boolean).join("\n"));
