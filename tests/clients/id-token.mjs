// What an action gets from @actions/core: each token in a file of its own, so that what is printed is the toolkit's alone.
import { writeFileSync } from "node:fs";
import { getIDToken } from "@actions/core";

for (const argument of process.argv.slice(2)) {
  const { audience, file } = JSON.parse(argument);
  writeFileSync(file, await getIDToken(audience), { mode: 0o600 });
}
