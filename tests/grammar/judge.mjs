// Reads a JSON list of expressions, writes a JSON list: whether Prometheus' own editor grammar parses each without error.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const { parser } = require("@prometheus-io/lezer-promql");

function holds(expression) {
  let whole = true;
  parser.parse(expression).iterate({ enter: (node) => { if (node.type.isError) whole = false; return whole; } });
  return whole;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(holds)));
