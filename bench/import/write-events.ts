import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file as people have them: six columns, quoted JSON, a line end in every tenth description. Its number of rows. */
export async function writeEvents(path: string, bytes: number): Promise<number> {
  let rows = 0;
  function* texts(): Generator<string> {
    yield 'title,description,event_date,city,participants,local_info\n';
    for (let written = 0; written < bytes; rows += 500) {
      const text = Array.from({ length: 500 }, (_, index) => rowOf(rows + index)).join('');
      written += Buffer.byteLength(text);
      yield text;
    }
  }
  await pipeline(Readable.from(texts()), createWriteStream(path));
  return rows;
}

const CITIES = ['Recife', 'São Paulo', 'Olinda', 'Belém', 'Brasília'];

function rowOf(row: number): string {
  const local = {
    location_name: `Auditório ${row % 97}`,
    capacity: row % 5000,
    venue_type: 'Auditório',
    is_accessible: row % 2 === 0,
    address: `Rua Exemplo, ${row}`,
    past_events: [],
    manually_edited: false,
  };
  const description = row % 10 === 0 ? '"Em duas linhas,\ncom vírgula"' : `Descrição do evento ${row}`;
  const date = new Date(Date.UTC(2026, 0, 1) + (row % 500_000) * 3_600_000).toISOString().slice(0, 19);
  const json = JSON.stringify(local).replaceAll('"', '""');
  return `Evento ${row},${description},${date},${CITIES[row % CITIES.length]},Alice;Bob,"${json}"\n`;
}
