import { Fieldset, MultiSelect, SimpleGrid, TagsInput } from '@mantine/core';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { GroupField } from '../../parts/group-field.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';
import { TagChoices, TypeChoices } from '../targets/bulk.documents.ts';
import { AuthorityChoices } from './enrollment.documents.ts';

/** What targets get that a group registers; undefined where the caller may not see it. */
export interface GroupDefaults {
  targetGroup: string;
  targetTypeId: string | null | undefined;
  tagIds: string[] | undefined;
  /** Each as `key=value`. */
  attributes: string[];
  certificateAuthorityId: string | null;
}

/** As mutations take it. */
export const inputOf = ({ targetGroup, attributes, ...others }: GroupDefaults) => ({
  ...others,
  targetGroup: targetGroup.trim() || null,
  attributes: attributes.map((text) => {
    const [key = '', ...value] = text.split('=');
    return { key: key.trim(), value: value.join('=').trim() };
  }),
});

/** The fields for it. What the caller may not see is left as it is. */
export function DefaultsFields({
  value,
  onChange,
}: {
  value: GroupDefaults;
  onChange: (changed: Partial<GroupDefaults>) => void;
}) {
  const { may } = useViewer();
  const seesTargets = may('READ_TARGET');
  const seesTypes = may('READ_TARGET_TYPE');
  const tags = useData(TagChoices, {}, { pause: !seesTargets });
  const types = useData(TypeChoices, {}, { pause: !seesTypes });
  const authorities = useData(AuthorityChoices, {});
  const options = (nodes: readonly { id: string; name: string }[] | undefined) =>
    nodes?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return (
    <Fieldset legend={texts.defaults} p="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        <GroupField
          label={texts.targetGroup}
          value={value.targetGroup}
          onChange={(targetGroup) => onChange({ targetGroup })}
        />
        {seesTypes && (
          <SelectField
            label={texts.targetType}
            data={options(types.data?.targetTypes.nodes)}
            value={value.targetTypeId ?? null}
            onChange={(targetTypeId) => onChange({ targetTypeId })}
          />
        )}
        {seesTargets && (
          <MultiSelect
            label={texts.tags}
            data={options(tags.data?.targetTags.nodes)}
            value={value.tagIds ?? []}
            onChange={(tagIds) => onChange({ tagIds })}
            searchable
          />
        )}
        <SelectField
          label={texts.authority}
          data={options(authorities.data?.certificateAuthorities.nodes)}
          value={value.certificateAuthorityId}
          onChange={(certificateAuthorityId) => onChange({ certificateAuthorityId })}
        />
      </SimpleGrid>
      <TagsInput
        mt="sm"
        label={texts.attributes}
        description={texts.attributesHint}
        value={value.attributes}
        onChange={(attributes) => onChange({ attributes })}
      />
    </Fieldset>
  );
}
