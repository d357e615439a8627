import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  type AddBehaviorOptions,
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  type IOrigin,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { edgeFunctionCode } from './edge-function.ts';

type EdgeProps = { config: Config; site: IOrigin };

/** The one address of the system. Its paths are served by what `serve` says, the earliest match first, and by the site. */
export class Edge extends Construct {
  readonly distribution: Distribution;
  readonly host: string;
  readonly url: string;
  private readonly viewer: Function;

  constructor(scope: Construct, id: string, { config, site }: EdgeProps) {
    super(scope, id);
    this.distribution = new Distribution(this, 'Distribution', {
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: site,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        compress: true,
        responseHeadersPolicy: securityHeaders(this),
      },
      ...ownDomain(this, config),
    });
    this.host = config.domainName ?? this.distribution.distributionDomainName;
    this.url = `https://${this.host}`;
    this.viewer = new Function(this, 'ViewerRequest', {
      code: FunctionCode.fromInline(edgeFunctionCode()),
      runtime: FunctionRuntime.JS_2_0,
      comment: 'Says who the viewer is; turns the path of a WebSocket into a query.',
    });
    if (config.domainName !== undefined && config.hostedZoneId !== undefined) {
      name(this, this.distribution, config.domainName, config.hostedZoneId);
    }
    Validations.of(this.distribution).acknowledge(
      {
        id: '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
        reason: 'The root object is set, and no query reaches the bucket: nobody can list it.',
      },
      { id: 'AwsSolutions-CFR1', reason: 'The site is for everybody, wherever they are.' },
      {
        id: 'AwsSolutions-CFR2',
        reason: 'WAF costs more a month than this system; the APIs throttle, and limit each address.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason: 'These logs hold query strings, where tokens may stand; both APIs have access logs without them.',
      },
      {
        id: 'AwsSolutions-CFR4',
        reason: "CloudFront's own domain fixes its TLS version; with a domain of one's own it is 1.2 (2021) or newer.",
      },
    );
  }

  /** WebSockets: a redirect would break a handshake, so plain HTTP is refused instead. */
  serveSockets(path: string, origin: IOrigin): void {
    this.serve([path], origin, { viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY });
  }

  /** Answers that take their time: compression would hold them back. */
  serveStreams(paths: readonly string[], origin: IOrigin): void {
    this.serve(paths, origin, { compress: false, allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS });
  }

  serveApi(paths: readonly string[], origin: IOrigin): void {
    this.serve(paths, origin, { allowedMethods: AllowedMethods.ALLOW_ALL });
  }

  private serve(paths: readonly string[], origin: IOrigin, options: AddBehaviorOptions): void {
    for (const path of paths) {
      this.distribution.addBehavior(path, origin, {
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // The origins know themselves by the Host header, so they must not see the viewer's.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        functionAssociations: [{ function: this.viewer, eventType: FunctionEventType.VIEWER_REQUEST }],
        ...options,
      });
    }
  }
}

function securityHeaders(scope: Construct): ResponseHeadersPolicy {
  // The media bucket's own host cannot stand here: the bucket's CORS names this distribution, which would name the bucket.
  const media = `https://*.s3.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  const contentSecurityPolicy = [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' https: data:",
    `media-src 'self' ${media}`,
    // 'self' includes wss: of the same host.
    `connect-src 'self' ${media}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  return new ResponseHeadersPolicy(scope, 'SecurityHeaders', {
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
  });
}

function ownDomain(scope: Construct, { domainName, certificateArn }: Config) {
  if (domainName === undefined || certificateArn === undefined) return {};
  return {
    domainNames: [domainName],
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  };
}

function name(scope: Construct, distribution: Distribution, domainName: string, hostedZoneId: string): void {
  const zone = HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName: domainName });
  const target = RecordTarget.fromAlias(new CloudFrontTarget(distribution));
  new ARecord(scope, 'IPv4', { zone, target });
  new AaaaRecord(scope, 'IPv6', { zone, target });
}
