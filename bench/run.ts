import { benchEngine } from './engine/bench-engine.ts';
import { benchExport } from './export/bench-export.ts';
import { benchFanout } from './fanout/bench-fanout.ts';
import { benchLargeFile, benchReading } from './import/bench-reading.ts';
import { benchWriting } from './import/bench-writing.ts';
import { benchLatency } from './live/bench-latency.ts';
import { benchStorm } from './live/bench-storm.ts';
import { benchSnapshot } from './snapshot/bench-snapshot.ts';

const benches: Record<string, () => Promise<void>> = {
  engine: benchEngine,
  export: benchExport,
  fanout: benchFanout,
  import: benchReading,
  'import-large': benchLargeFile,
  'import-writing': benchWriting,
  latency: benchLatency,
  snapshot: benchSnapshot,
  storm: benchStorm,
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`npm run bench -- ${Object.keys(benches).join(' | ')}`);
  process.exit(1);
}
await bench();
