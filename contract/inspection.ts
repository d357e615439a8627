import * as z from 'zod';
import { quality } from './download.ts';

const inspectedFormat = z.object({
  id: z.string(),
  quality: z.string().nullable().meta({ description: 'What people call it.', example: '720p' }),
  container: z.string().nullable().meta({ example: 'mp4' }),
  codecs: z.string().nullable().meta({ example: 'avc1.64001f' }),
  width: z.int().nullable(),
  height: z.int().nullable(),
  bytes: z.int().nullable(),
  has_video: z.boolean().nullable(),
  has_audio: z.boolean().nullable(),
});
export type InspectedFormat = z.infer<typeof inspectedFormat>;

/** What a source says of a URL before anything is downloaded. */
export const inspection = z
  .object({
    source: z.string().meta({ description: 'Who knows the URL.', example: 'youtube' }),
    title: z.string(),
    thumbnail: z.string().nullable(),
    duration: z.number().nullable().meta({ description: 'Seconds.' }),
    qualities: z.array(quality).meta({ description: 'The qualities a download of it may ask for.' }),
    formats: z.array(inspectedFormat),
  })
  .meta({ id: 'Inspection' });
export type Inspection = z.infer<typeof inspection>;
