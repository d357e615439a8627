import { createHash } from 'node:crypto';

/** What a service allows in a generated name. */
const RULES: Record<string, { max: number; lowerCase?: true }> = {
  'AWS::S3::Bucket': { max: 63, lowerCase: true },
  'AWS::SQS::Queue': { max: 80 },
  'AWS::Lambda::Function': { max: 64 },
  'AWS::DynamoDB::Table': { max: 255 },
  'AWS::IAM::Role': { max: 64 },
};

/** The name a resource gets when its template gives none: the same at every start, so that its data is found again. */
export function physicalName(stackName: string, logicalId: string, type: string): string {
  const { max, lowerCase } = RULES[type] ?? { max: 64 };
  const whole = `${stackName}-${logicalId}`.replaceAll(/[^A-Za-z0-9-]/g, '-');
  const name = whole.length > max ? `${whole.slice(0, max - 9)}-${hex(whole).slice(0, 8)}` : whole;
  return lowerCase ? name.toLowerCase() : name;
}

/** A stable identifier of `length` characters in a–z and 0–9, as AWS gives APIs, URLs and distributions. */
export function stableId(stackName: string, logicalId: string, length: number): string {
  const digits = BigInt(`0x${hex(`${stackName}/${logicalId}`)}`).toString(36);
  return digits.padStart(50, '0').slice(-length);
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
