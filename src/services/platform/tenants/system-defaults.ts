/** What a device may write, in its smallest reports: so many at once, and then so many a minute. */
export interface WriteRates {
  atOnce: number;
  perMinute: number;
}

/** What the operator set for the whole system. */
export interface SystemDefaults {
  targetTokenEnabled: boolean;
  gatewayTokenEnabled: boolean;
  /** Which of these two the operator gave, and didn't leave at their defaults. */
  given: { targetTokenEnabled: boolean; gatewayTokenEnabled: boolean };
  /** Whether webhooks may lead to loopback, link-local and private addresses, and go without TLS. */
  privateWebhooks: boolean;
  /** How many targets a tenant may have. */
  mostTargets: number;
  /** What a device may write. */
  deviceWrites: WriteRates;
}
