import * as z from 'zod';
import { isKnownKey, isKnownRegion, isSignatureOf, parseCredential, signingKey } from '../signature/signing-key.ts';
import { S3Error } from './s3-error.ts';

const condition = z.union([
  z.tuple([z.literal('content-length-range'), z.coerce.number(), z.coerce.number()]),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
  z.record(z.string(), z.string()).transform((exact) => {
    const [[name, value] = ['', '']] = Object.entries(exact);
    return ['eq' as const, `$${name}`, value] as const;
  }),
]);

const policy = z.object({ expiration: z.iso.datetime({ offset: true }), conditions: z.array(condition) });

/** A form's fields by lower-case name. */
export type FormFields = Record<string, string>;

/** Fields that the policy need not mention. */
const EXEMPT = /^(x-amz-signature|policy|file|x-ignore-.*)$/;

/**
 * Checks a form's signature and that its policy allows every field, `bucket` being where it was posted to.
 * Returns how many bytes the file may have.
 */
export function checkPolicy(fields: FormFields, bucket: string, now: Date): { min: number; max: number } {
  const encoded = fields['policy'];
  if (encoded === undefined) throw new S3Error('AccessDenied', 403, 'Access Denied');
  checkSignature(fields, encoded);
  const { expiration, conditions } = parsePolicy(encoded);
  if (Date.parse(expiration) <= now.getTime()) throw denied('Policy expired.');

  const size = { min: 0, max: 5 * 1024 ** 3 };
  const given: FormFields = { ...fields, bucket };
  const covered = new Set(['bucket']);
  for (const one of conditions) {
    const [operator, subject, operand] = one;
    if (operator === 'content-length-range') {
      size.min = Math.max(size.min, subject);
      size.max = Math.min(size.max, operand);
      continue;
    }
    const name = subject.slice(1).toLowerCase();
    const value = given[name];
    covered.add(name);
    const holds = operator === 'eq' ? value === operand : value?.startsWith(operand);
    if (holds !== true) throw denied(`Policy Condition failed: ${JSON.stringify(one)}`);
  }
  const extra = Object.keys(fields).filter((name) => !covered.has(name) && !EXEMPT.test(name));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
  return size;
}

function checkSignature(fields: FormFields, encodedPolicy: string): void {
  const { 'x-amz-algorithm': algorithm, 'x-amz-credential': given = '', 'x-amz-date': date = '' } = fields;
  if (algorithm !== 'AWS4-HMAC-SHA256')
    throw new S3Error('InvalidRequest', 400, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const credential = parseCredential(given);
  if (credential === undefined || credential.scope.service !== 's3' || !date.startsWith(credential.scope.date))
    throw new S3Error('InvalidArgument', 400, 'The Credential or X-Amz-Date is mal-formed.');
  if (!isKnownKey(credential.accessKeyId))
    throw new S3Error('InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.');
  const isSigned =
    isKnownRegion(credential.scope) &&
    isSignatureOf(encodedPolicy, signingKey(credential.scope), fields['x-amz-signature'] ?? '');
  if (!isSigned)
    throw new S3Error(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
}

function parsePolicy(encoded: string): z.infer<typeof policy> {
  try {
    return policy.parse(JSON.parse(Buffer.from(encoded, 'base64').toString()));
  } catch (error) {
    throw new S3Error('InvalidPolicyDocument', 400, `Invalid Policy: ${String(error)}`);
  }
}

function denied(why: string): S3Error {
  return new S3Error('AccessDenied', 403, `Invalid according to Policy: ${why}`);
}
