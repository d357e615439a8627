import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import { ATTRIBUTES, type Referred } from './attributes.ts';
import { evaluateCondition, isRecord } from './conditions.ts';
import { resolveDynamicReferences } from './dynamic-references.ts';
import type { Template } from './load-template.ts';
import { physicalName } from './physical-names.ts';
import { TemplateRefused } from './template-refused.ts';

/** What a template's values depend on beside the template. */
export type World = {
  /** The UUID at the end of `AWS::StackId`. */
  stackUuid: string;
  /** Where the AWS APIs answer, as queue URLs begin. */
  awsUrl: string;
  /** The value of an SSM parameter named in `{{resolve:ssm:…}}`. */
  parameter?(name: string): string | undefined;
};

export type Resolver = {
  /** The value with every intrinsic function evaluated; what resolves to `AWS::NoValue` is left out. */
  value(node: unknown, owner: string): unknown;
  /** A condition of the template, by name. */
  condition(name: string): boolean;
  /** The name by which a resource is known to its service. */
  name(logicalId: string): string;
  /** What `Fn::GetAtt` gives, and `Ref` where no attribute is asked. */
  attribute(logicalId: string, attribute: string | null, owner: string): string;
};

/** Evaluates a template's intrinsic functions, and throws `TemplateRefused` for whatever it does not know. */
export function createResolver(template: Template, world: World): Resolver {
  const { stackName } = template;
  const resolving: string[] = [];
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::NoValue': undefined,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': REGION,
    'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stackName}/${world.stackUuid}`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };

  function refuse(owner: string, what: string): never {
    const type = template.resources[owner]?.Type;
    throw new TemplateRefused(`${owner}${type === undefined ? '' : ` (${type})`}: ${what}`);
  }

  function value(node: unknown, owner: string): unknown {
    if (typeof node === 'string') return resolveDynamicReferences(node, parameterOf, (what) => refuse(owner, what));
    if (Array.isArray(node)) return node.map((item) => value(item, owner)).filter((item) => item !== undefined);
    if (!isRecord(node)) return node;
    const [[key, argument] = ['', undefined], ...others] = Object.entries(node);
    if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
      const evaluate = functions[key];
      if (evaluate === undefined) refuse(owner, `the intrinsic function ${key} is not supported by the local cloud.`);
      const result = evaluate(argument, owner);
      return typeof result === 'string' ? value(result, owner) : result;
    }
    return Object.fromEntries(
      Object.entries(node)
        .map(([key, item]) => [key, value(item, owner)] as const)
        .filter(([, item]) => item !== undefined),
    );
  }

  function text(node: unknown, owner: string, where: string): string {
    const resolved = value(node, owner);
    if (typeof resolved === 'string') return resolved;
    if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
    return refuse(owner, `${where} needs text, and got ${JSON.stringify(resolved)}.`);
  }

  function list(node: unknown, owner: string, where: string): unknown[] {
    const resolved = value(node, owner);
    return Array.isArray(resolved) ? resolved : refuse(owner, `${where} needs a list.`);
  }

  const functions: Record<string, (argument: unknown, owner: string) => unknown> = {
    Ref: (argument, owner) => reference(text(argument, owner, 'Ref'), owner),
    'Fn::GetAtt': (argument, owner) => {
      const [logicalId = '', ...attribute] =
        typeof argument === 'string' ? argument.split('.') : list(argument, owner, 'Fn::GetAtt');
      return attributeOf(String(logicalId), attribute.join('.'), owner);
    },
    'Fn::Join': (argument, owner) => {
      const [separator, items] = pair(argument, owner, 'Fn::Join');
      return list(items, owner, 'Fn::Join')
        .map((item) => text(item, owner, 'Fn::Join'))
        .join(text(separator, owner, 'Fn::Join'));
    },
    'Fn::Sub': (argument, owner) => {
      const [pattern, given] = Array.isArray(argument) ? argument : [argument, {}];
      const variables = isRecord(given) ? given : {};
      return String(pattern).replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
        if (literal === '!') return `\${${name}}`;
        if (name in variables) return text(variables[name], owner, 'Fn::Sub');
        const [logicalId = '', ...attribute] = name.trim().split('.');
        return attribute.length > 0
          ? attributeOf(logicalId, attribute.join('.'), owner)
          : text({ Ref: logicalId }, owner, 'Fn::Sub');
      });
    },
    'Fn::Select': (argument, owner) => {
      const [index, items] = pair(argument, owner, 'Fn::Select');
      const selected = list(items, owner, 'Fn::Select')[Number(text(index, owner, 'Fn::Select'))];
      return selected ?? refuse(owner, 'Fn::Select asks for more than the list holds.');
    },
    'Fn::Split': (argument, owner) => {
      const [separator, whole] = pair(argument, owner, 'Fn::Split');
      return text(whole, owner, 'Fn::Split').split(text(separator, owner, 'Fn::Split'));
    },
    'Fn::FindInMap': (argument, owner) => {
      const [map, first, second] = list(argument, owner, 'Fn::FindInMap').map(String);
      return (
        template.mappings[map ?? '']?.[first ?? '']?.[second ?? ''] ??
        refuse(owner, `Fn::FindInMap finds nothing at ${map}.${first}.${second}.`)
      );
    },
    'Fn::Base64': (argument, owner) => Buffer.from(text(argument, owner, 'Fn::Base64')).toString('base64'),
    'Fn::If': (argument, owner) => {
      if (!Array.isArray(argument) || argument.length !== 3) refuse(owner, 'Fn::If needs three arguments.');
      const [name, yes, no]: unknown[] = argument;
      return value(condition(String(name)) ? yes : no, owner);
    },
  };

  function pair(argument: unknown, owner: string, where: string): [unknown, unknown] {
    if (!Array.isArray(argument) || argument.length !== 2) refuse(owner, `${where} needs two arguments.`);
    return [argument[0], argument[1]];
  }

  function reference(target: string, owner: string): unknown {
    if (target in pseudo) return pseudo[target];
    const parameter = template.parameters[target];
    if (parameter === undefined) return attributeOf(target, null, owner);
    if (parameter.Type.startsWith('AWS::SSM::Parameter::Value'))
      refuse(
        owner,
        `the parameter ${target} is read from SSM at deploy time (${parameter.Type}), which does not happen here.`,
      );
    if (parameter.Default === undefined) refuse(owner, `the parameter ${target} has no default.`);
    const given = parameter.Default;
    const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<');
    return isList && typeof given === 'string' ? given.split(',').map((item) => item.trim()) : given;
  }

  function attributeOf(logicalId: string, attribute: string | null, owner: string): string {
    const resource = template.resources[logicalId];
    if (resource === undefined) refuse(owner, `there is no ${logicalId} in the template.`);
    if (resource.Condition !== undefined && !condition(resource.Condition))
      refuse(owner, `${logicalId} is left out by its condition ${resource.Condition}.`);
    const known = ATTRIBUTES[resource.Type];
    const get = attribute === null ? (known?.ref ?? (({ name }) => name)) : known?.get?.[attribute];
    if (get === undefined)
      refuse(
        owner,
        `the attribute ${attribute} of ${logicalId} (${resource.Type}) is not supported by the local cloud.`,
      );
    const step = attribute === null ? logicalId : `${logicalId}.${attribute}`;
    if (resolving.includes(step)) refuse(owner, `${[...resolving, step].join(' → ')} refers to itself.`);
    resolving.push(step);
    try {
      return get(referred(logicalId));
    } finally {
      resolving.pop();
    }
  }

  function referred(logicalId: string): Referred {
    const properties = template.resources[logicalId]?.Properties ?? {};
    return {
      stackName,
      logicalId,
      awsUrl: world.awsUrl,
      get name() {
        return nameOf(logicalId);
      },
      property: (name) => text(properties[name], logicalId, name),
    };
  }

  function nameOf(logicalId: string): string {
    const resource = template.resources[logicalId];
    if (resource === undefined) return refuse(logicalId, 'it is not in the template.');
    const given = resource.Properties[ATTRIBUTES[resource.Type]?.nameProperty ?? ''];
    if (given !== undefined) return text(given, logicalId, 'its name');
    const name = physicalName(stackName, logicalId, resource.Type);
    return resource.Type === 'AWS::SQS::Queue' && resource.Properties['FifoQueue'] === true
      ? `${name.slice(0, 75)}.fifo`
      : name;
  }

  function parameterOf(name: string): string | undefined {
    const own = Object.entries(template.resources).find(
      ([logicalId, { Type }]) => Type === 'AWS::SSM::Parameter' && nameOf(logicalId) === name,
    );
    return own === undefined ? world.parameter?.(name) : text(own[1].Properties['Value'], own[0], 'Value');
  }

  function condition(name: string): boolean {
    return evaluateCondition(template.conditions, name, (node) => value(node, `the condition ${name}`));
  }

  return { value, condition, name: nameOf, attribute: attributeOf };
}
