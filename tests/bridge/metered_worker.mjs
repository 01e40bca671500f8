// The bridge's worker, with the size of its WebAssembly memory to be asked for.

import "./meter.mjs";
import "/bridge/worker.js";
