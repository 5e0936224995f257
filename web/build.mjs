// Builds every face by itself into dist/, so that no face loads a chunk made for another, and writes one manifest.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const faces = ["widget/main.tsx", "dashboard/main.tsx", "board/main.tsx", "planning/main.tsx", "launcher/main.ts"];

// The lazy parts of the panel and of the dashboard bring no styles of their own, so Vite's 1.3 KiB of preloading code would do nothing there.
const plainImports = {
  name: "plain-imports",
  enforce: "pre",
  load: { filter: { id: /vite\/preload-helper\.js$/ }, handler: () => "export const __vitePreload = (load) => load();" },
};

const LATER = /widget\/(later|broken|earlier|guess|handoff|hours|marks|menu|nobody|promises?|queue|rate|refused|theme|words\/(?!en\.ts).*)\.|shared\/colour\.|preact\/hooks\//;

function settings(entry, dist, quiet) {
  const name = entry.replace(/\.tsx?$/, "").replace("/main", "").replace("/", "-");
  const script = name === "launcher";
  return {
    root,
    configFile: false,
    base: "/static/",
    resolve: { alias: name === "widget" ? { "preact/jsx-runtime": join(root, "shared/jsx.ts") } : {} },
    plugins: name === "widget" || name === "dashboard" ? [plainImports] : [],
    logLevel: quiet ? "warn" : "info",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: dist,
      emptyOutDir: false,
      manifest: `manifest-${name}.json`,
      target: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: !quiet,
      rolldownOptions: {
        input: join(root, entry),
        output: {
          format: script ? "iife" : "es",
          entryFileNames: `assets/${name}-[hash].js`,
          chunkFileNames: `assets/${name}-[name]-[hash].js`,
          assetFileNames: `assets/${name}-[hash][extname]`,
          // What loads together is one file: it compresses better and is one request.
          ...(name === "widget" ? { codeSplitting: { groups: [{ name: "panel", test: (id) => !LATER.test(id) }] } } : {}),
        },
      },
    },
  };
}

const DAY_MS = 86_400_000;

/** Afterwards `dist` holds every face that exists, and manifest.json names their files. Files of earlier builds stay for
 *  a day: a running server and open pages still ask for them. */
export async function buildInto(dist, quiet = false) {
  mkdirSync(join(dist, "assets"), { recursive: true });
  for (const file of readdirSync(join(dist, "assets"))) {
    const path = join(dist, "assets", file);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path);
  }
  const manifest = {};
  for (const entry of faces.filter((face) => existsSync(join(root, face)))) {
    const config = settings(entry, dist, quiet);
    await build(config);
    const part = join(dist, config.build.manifest);
    Object.assign(manifest, JSON.parse(readFileSync(part, "utf8")));
    rmSync(part);
  }
  writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildInto(join(root, "dist"));
