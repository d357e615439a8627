/** The keys of each table and index: `lib/` creates them, `*\/table.ts` reads and writes them. */
export const tables = {
  /** Downloads, counters, snapshots, leases, idempotency records and media to be deleted, told apart by the prefix of `pk`. */
  downloads: {
    partitionKey: 'pk',
    ttl: 'ttl',
    indexes: {
      /** One owner's downloads, newest first. */
      by_owner: { partitionKey: 'owner_shard', sortKey: 'created' },
      /** One owner's downloads of one status, in the order they were asked for. */
      by_status: { partitionKey: 'status_shard', sortKey: 'created' },
      /** Sparse: accepted and not yet known to be queued, or deleted and its bytes not yet. The janitor finishes both. */
      unsettled: { partitionKey: 'unsettled_shard', sortKey: 'unsettled_since' },
      /** Sparse: held by a worker, by the end of its lease. */
      leased: { partitionKey: 'leased_shard', sortKey: 'lease_expires_at' },
      /** Sparse: ended, and to be deleted by the janitor when its time has come. */
      expiring: { partitionKey: 'expiring_shard', sortKey: 'expires_at' },
    },
  },
  /**
   * Calendar events, what makes each the only one of its kind, and their counters; imports, what they remember of their rows, and
   * which is the latest of a name; idempotency records. Told apart by the prefix of `pk`.
   */
  events: {
    partitionKey: 'pk',
    ttl: 'ttl',
    indexes: {
      /** One owner's events, by their date. */
      by_date: { partitionKey: 'owner_shard', sortKey: 'dated' },
      /** One owner's events in one city, by their date. */
      by_city: { partitionKey: 'owner_city', sortKey: 'dated' },
      /** Sparse: one owner's imports, newest first. */
      imports: { partitionKey: 'owner_imports', sortKey: 'requested' },
      /** Sparse: imports that somebody must look at by then: their file has not come, their message may be lost, or nobody holds them. */
      imports_due: { partitionKey: 'due_shard', sortKey: 'due_at' },
    },
  },
  /** One record for each open connection, and one for each channel it listens to. */
  connections: {
    partitionKey: 'pk',
    sortKey: 'sk',
    ttl: 'ttl',
    indexes: {
      /** Who listens to a kind of channel. */
      by_kind: { partitionKey: 'kind', sortKey: 'expires_at' },
      /** The connections of one address. */
      by_ip: { partitionKey: 'ip', sortKey: 'expires_at' },
      /** All connections, those of one person side by side. */
      by_user: { partitionKey: 'online', sortKey: 'user_connection' },
      /** All connections, the one longest unconfirmed first. */
      by_confirmation: { partitionKey: 'online', sortKey: 'confirmed_at' },
    },
  },
  news: { partitionKey: 'channel', sortKey: 'seq', ttl: 'ttl', indexes: {} },
} as const;

/** Index keys carry hash(id) mod this, so that no index partition takes every write; readers merge the shards. */
export const INDEX_SHARDS = 8;
