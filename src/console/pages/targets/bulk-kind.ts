/** What can be done with many targets at once. */
export type BulkKind = 'tag' | 'untag' | 'type' | 'group' | 'rotate' | 'assign' | 'release' | 'delete';
