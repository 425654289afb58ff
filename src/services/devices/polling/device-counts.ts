/** What became of devices that aren't known, and of requests that no credential is good for, since the start. */
export interface DeviceCounts {
  registered: number;
  pending: number;
  refused: number;
}

export const newDeviceCounts = (): DeviceCounts => ({ registered: 0, pending: 0, refused: 0 });
