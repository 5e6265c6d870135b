import { defineConfig } from "vitest/config";

/** Where a HiveBox listens whose answers `npm run dev` shows. */
const hivebox = process.env.HIVEBOX ?? "http://127.0.0.1:5000";

export default defineConfig({
  base: "/dashboard/",
  build: {
    outDir: "../crates/hivebox/dashboard",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    // What a preload needs is inlined code, which the Content-Security-Policy forbids.
    modulePreload: false,
    // Small pictures go into the style sheet, so that there are few files to serve.
    assetsInlineLimit: 8192,
    rollupOptions: {
      // Names without hashes: the files are committed, and HiveBox sends each with a strong ETag. One script: it is there or it
      // is not, and no part of it can be lost on the way later.
      output: { entryFileNames: "app.js", assetFileNames: "app[extname]" },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
  server: { proxy: Object.fromEntries(["/api", "/temperature", "/readyz", "/version", "/docs"].map((path) => [path, hivebox])) },
});
