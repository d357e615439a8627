import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import settings from '../cdk.json' with { type: 'json' };
import { FastTrackStack } from '../lib/fasttrack-stack.ts';

// The context of cdk.json by hand as well, so that the template is the same with the CDK command and without it.
const app = new App({ analyticsReporting: false, context: settings.context });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
new FastTrackStack(app, 'FastTrack');
app.synth();
