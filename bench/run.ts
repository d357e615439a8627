import { benchEngine } from './engine/bench-engine.ts';
import { benchFanout } from './fanout/bench-fanout.ts';
import { benchImport } from './import/bench-import.ts';

const benches: Record<string, () => Promise<void>> = { engine: benchEngine, fanout: benchFanout, import: benchImport };

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`npm run bench -- ${Object.keys(benches).join(' | ')}`);
  process.exit(1);
}
await bench();
