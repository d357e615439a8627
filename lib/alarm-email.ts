import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** Sends every alarm that stands in `scope` by now to one address. */
export class AlarmEmail extends Construct {
  constructor(scope: Construct, id: string, { address }: { address: string }) {
    super(scope, id);
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    const action = new SnsAction(topic);
    for (const construct of scope.node.findAll()) if (construct instanceof Alarm) construct.addAlarmAction(action);
  }
}
