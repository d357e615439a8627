import * as z from 'zod';

/** CloudFormation takes a number as text too. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
export const boolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
export const text = z.union([z.string(), z.union([z.number(), z.boolean()]).transform(String)]);
export const textMap = z.record(z.string(), text);

/** A property that is known, and makes no difference on one machine. */
export const withoutEffect = z.unknown().optional();
