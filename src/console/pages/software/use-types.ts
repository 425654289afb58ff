import type { ModuleTypeRowFragment, SetTypeRowFragment } from '../../api/types.documents.ts';
import { type Loaded, useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { SoftwareTypes } from './software.documents.ts';

interface Types {
  moduleTypes: readonly ModuleTypeRowFragment[];
  setTypes: readonly SetTypeRowFragment[];
}

/** The types of modules and of sets, as far as the caller may see them. */
export function useTypes(): Loaded<Types> {
  const { may } = useViewer();
  const ofModules = may('READ_SOFTWARE_MODULE_TYPE');
  const ofSets = may('READ_DISTRIBUTION_SET_TYPE');
  const { data, ...loaded } = useData(SoftwareTypes, { ofModules, ofSets });
  return {
    ...loaded,
    data: data && {
      moduleTypes: data.softwareModuleTypes?.nodes ?? [],
      setTypes: data.distributionSetTypes?.nodes ?? [],
    },
  };
}
