// Builds every face by itself into dist/, so that no face loads a chunk made for another, and writes one manifest.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const quiet = process.argv.includes("--quiet");
const faces = ["widget/main.tsx", "dashboard/main.tsx", "board/main.tsx", "launcher/main.ts", "launcher/shop.ts"];

function settings(entry) {
  const name = entry.replace(/\.tsx?$/, "").replace("/main", "").replace("/", "-");
  const script = name === "launcher";
  return {
    root,
    configFile: false,
    base: "/static/",
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
        },
      },
    },
  };
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const manifest = {};
for (const entry of faces.filter((face) => existsSync(join(root, face)))) {
  const config = settings(entry);
  await build(config);
  const part = join(dist, config.build.manifest);
  Object.assign(manifest, JSON.parse(readFileSync(part, "utf8")));
  rmSync(part);
}
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
