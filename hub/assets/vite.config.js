// Builds the browser islands (today: the GraphQL console) into the Python package; hatch_build.py runs it.
// Output: hashed files and .vite/manifest.json, read by satudata.hub.portal.assets.
export default {
  base: "/static/app/",
  logLevel: "error",
  build: {
    outDir: process.env.SATUDATA_ASSETS_OUT,
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    chunkSizeWarningLimit: 9000,
    rollupOptions: { input: "ide.js" },
  },
};
