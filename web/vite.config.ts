import { defineConfig } from "vitest/config";

/** The folder for the built files, from here. It is set here and as `COMMITTED` in xtask/src/lint/dashboard.rs. */
const OUTPUT = "../crates/hivebox-http/dashboard";

/** The HiveBox that answers the requests of `npm run dev`. */
const hivebox = process.env.HIVEBOX ?? "http://127.0.0.1:5000";

export default defineConfig({
  base: "/dashboard/",
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    // Preloading needs an inline script, which the Content-Security-Policy forbids.
    modulePreload: false,
    // Small images go into the style sheet, so there are fewer files to serve.
    assetsInlineLimit: 8192,
    rollupOptions: {
      // Names have no hashes, because the files are committed and HiveBox sends each with a strong ETag. Each page has a single script,
      // so no part can fail to load later.
      input: { app: "index.html", sw: "src/offline/service-worker.ts", docs: "src/docs/main.ts" },
      output: { entryFileNames: "[name].js", assetFileNames: "app[extname]" },
    },
  },
  // The map's worker is the one other script. Like the page's, its name has no hash.
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "map-worker.js" } } },
  // Limits suit a busy machine; every wait ends as soon as its condition holds.
  test: {
    include: ["src/**/*.test.ts", "build/*.test.mjs"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 180_000, interval: 10 } },
  },
  server: { proxy: Object.fromEntries(["/api", "/temperature", "/readyz", "/routez", "/version", "/docs"].map((path) => [path, hivebox])) },
});
