// The runtime is a module worker: webpack keeps it one when it writes modules itself.
export default {
  mode: "production",
  entry: "./main.js",
  experiments: { outputModule: true },
  output: { module: true, filename: "main.js" },
  performance: { hints: false },
};
