import type { Permission, ViewerQuery } from './types.documents.ts';
import { useData } from './use-data.ts';
import { Viewer } from './viewer.documents.ts';

const NOTHING: ReadonlySet<string> = new Set();

type ViewerCan = ViewerQuery['viewer']['viewerCan'];

const NONE: Partial<ViewerCan> = {};

/** Who is signed in, and what they may do somewhere: the server has the last word. */
export function useViewer() {
  const { data, loading, error, reload } = useData(Viewer, {});
  const viewer = data?.viewer;
  const permissions: ReadonlySet<string> = viewer
    ? new Set(viewer.grants.map(({ permission }) => permission))
    : NOTHING;
  return {
    viewer,
    loading,
    error,
    reload,
    /** What they may create, and whether they may change settings; of what there is, each thing says it itself. */
    can: viewer?.viewerCan ?? NONE,
    /** Whether they have one of the permissions; with none named, everybody may. */
    may: (...needed: Permission[]) => needed.length === 0 || needed.some((it) => permissions.has(it)),
    isAdmin: viewer?.builtInRoles.includes('TENANT_ADMIN') ?? false,
    isSystemAdmin: viewer?.builtInRoles.includes('SYSTEM_ADMIN') ?? false,
  };
}
