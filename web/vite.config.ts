import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` shows the sources against a running `starling serve`; STARLING_URL says where it is.
declare const process: { env: Record<string, string | undefined> };

const server = process.env.STARLING_URL ?? "http://127.0.0.1:7171";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // No data: URLs, so that the page's content policy need not allow them for scripts and fonts.
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" }, // of all that is in it, which goes with every copy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // ECharts, loaded when the first chart is drawn
  },
  server: { proxy: { "/api": { target: server, changeOrigin: true } } },
});
