import { Validations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { tables } from '../contract/tables.ts';
import { KeyedTable } from './keyed-table.ts';

type TablesProps = { retain: boolean };

/** The whole state of the system, but for the files. */
export class Tables extends Construct {
  readonly downloads: KeyedTable<typeof tables.downloads>;
  readonly events: KeyedTable<typeof tables.events>;
  readonly connections: KeyedTable<typeof tables.connections>;
  readonly news: KeyedTable<typeof tables.news>;

  constructor(scope: Construct, id: string, { retain }: TablesProps) {
    super(scope, id);
    this.downloads = new KeyedTable(this, 'Downloads', {
      keys: tables.downloads,
      retain,
      pointInTimeRecovery: true,
    });
    this.events = new KeyedTable(this, 'Events', { keys: tables.events, retain, pointInTimeRecovery: true });
    this.connections = new KeyedTable(this, 'Connections', { keys: tables.connections, retain: false });
    // The one stream of the system: what is written here wakes the greeter and the notifier.
    this.news = new KeyedTable(this, 'News', { keys: tables.news, retain: false, stream: true });

    Validations.of(this.connections).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'A connection lives two hours at most; a restored row would name a socket that is gone.',
    });
    Validations.of(this.news).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason:
        'News is kept a day, for listeners that reconnect; the state itself is in downloads and events, which are recoverable.',
    });
  }
}
