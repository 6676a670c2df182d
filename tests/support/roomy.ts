import type { DiskReading } from '../../scripts/faults/disk/disk-readings.ts';

/** A disk with room on it, which no fault is on. */
export const roomy: DiskReading = {
  freeBytes: 64e6,
  freeInodes: 4000,
  writeError: '',
  createError: '',
  residentError: null,
};
