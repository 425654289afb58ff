import { Select, Text } from '@mantine/core';
import { useState } from 'react';
import { quoted } from '../../api/filters.ts';
import type { TargetFullFragment, UpdateTargetInput } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { Editable } from '../../parts/editable.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { PageLink } from '../../parts/links.tsx';
import { done } from '../../parts/notify.tsx';
import { RULES } from '../../parts/rules.ts';
import { TagsChoice } from '../../parts/tags-choice.tsx';
import { useNow } from '../../parts/use-now.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { credentialTexts, targetTexts as texts } from '../../texts/target.ts';
import { TagChoices, TagTargets, TypeChoices, UntagTargets } from '../targets/bulk.documents.ts';
import { AutoConfirmFact } from './auto-confirm-fact.tsx';
import { ChangeTarget } from './target.documents.ts';

type Changed = Omit<UpdateTargetInput, 'id'>;

const TEXT_FIELDS = ['name', 'description', 'group', 'address'] as const;

/** What people say of a target, to be changed where it stands; and where it comes from. */
export function FactsCard({ target }: { target: TargetFullFragment }) {
  const { may } = useViewer();
  const mayEdit = target.viewerCan.update;
  const [change] = useChange(ChangeTarget);

  /** With what was there before, it can be undone. */
  async function save(what: string, changed: Changed, before?: Changed): Promise<string | undefined> {
    const outcome = await change({ input: { id: target.id, ...changed } });
    if (!outcome) return '';
    const [fault] = outcome.faults;
    if (!fault) void done(texts.saved(what), before && (() => void save(what, before)));
    return fault?.message;
  }

  return (
    <Card title={texts.facts}>
      <Facts>
        {TEXT_FIELDS.map((field) => (
          <Fact key={field} label={texts[field]}>
            <Editable
              value={target[field] ?? ''}
              label={texts[field]}
              editLabel={texts.edit(texts[field])}
              mayEdit={mayEdit}
              rule={RULES[field]}
              save={(value) =>
                save(
                  texts[field],
                  { [field]: value === '' && field !== 'name' ? null : value },
                  { [field]: target[field] },
                )
              }
            />
          </Fact>
        ))}
        <Fact label={texts.type}>
          {mayEdit && may('READ_TARGET_TYPE') ? (
            <TypeChoice
              target={target}
              onChange={(targetTypeId) =>
                save(texts.type, { targetTypeId }, { targetTypeId: target.targetType?.id ?? null })
              }
            />
          ) : (
            (target.targetType?.name ?? common.none)
          )}
        </Fact>
        <Fact label={texts.tags}>
          <Tags target={target} mayEdit={mayEdit} />
        </Fact>
        <AutoConfirmFact target={target} />
        {target.enrollmentGroup && (
          <Fact label={texts.enrolledBy}>
            <PageLink
              to="/enrollment"
              search={{ tab: 'groups', filter: `name==${quoted(target.enrollmentGroup.name)}` }}
            >
              {target.enrollmentGroup.name}
            </PageLink>
          </Fact>
        )}
        {target.registeredWith && (
          <Fact label={texts.registeredWith}>{credentialTexts[target.registeredWith]}</Fact>
        )}
        <SignInFact credential={target.credential} />
        <Fact label={texts.lastPoll}>
          <When at={target.lastControllerRequestAt} />
        </Fact>
        <Fact label={texts.nextPoll}>
          <NextPoll at={target.nextExpectedRequestAt} />
        </Fact>
        <Fact label={texts.created}>
          <When at={target.createdAt} /> {texts.by} {target.createdBy}
        </Fact>
        <Fact label={texts.modified}>
          <When at={target.lastModifiedAt} /> {texts.by} {target.lastModifiedBy}
        </Fact>
      </Facts>
    </Card>
  );
}

const SOON_MS = 45_000;

/** One that did not come says since when it is missed. */
function NextPoll({ at }: { at: string | null | undefined }) {
  const now = useNow();
  const left = at ? Date.parse(at) - now : 0;
  if (left > 0 && left < SOON_MS) return <>{texts.nextPollSoon}</>;
  return (
    <>
      {at && left <= 0 && texts.nextPollWas} <When at={at} never={common.none} />
    </>
  );
}

/** What the device has signed in with last. */
function SignInFact({ credential }: Pick<TargetFullFragment, 'credential'>) {
  if (!credential) return null;
  const { kind, lastUsedAt, expiresAt } = credential;
  return (
    <Fact label={texts.signsInWith}>
      {credentialTexts[kind]} <When at={lastUsedAt} c="dimmed" />
      {expiresAt && (
        <Text size="xs" c="dimmed" component="div">
          {texts.expires} <When at={expiresAt} size="xs" />
        </Text>
      )}
    </Fact>
  );
}

function TypeChoice({
  target: { targetType },
  onChange,
}: {
  target: TargetFullFragment;
  onChange: (id: string | null) => Promise<string | undefined>;
}) {
  const [opened, setOpened] = useState(false);
  const { data } = useData(TypeChoices, {}, { pause: !opened });
  const known = data?.targetTypes.nodes ?? (targetType ? [targetType] : []);
  return (
    <Select
      size="xs"
      aria-label={texts.type}
      placeholder={common.none}
      data={known.map(({ id, name }) => ({ value: id, label: name }))}
      value={targetType?.id ?? null}
      onChange={(id) => void onChange(id)}
      onDropdownOpen={() => setOpened(true)}
      clearable
      maw={280}
      my={-4}
    />
  );
}

function Tags({ target: { id, tags }, mayEdit }: { target: TargetFullFragment; mayEdit: boolean }) {
  const [opened, setOpened] = useState(false);
  const { data } = useData(TagChoices, {}, { pause: !opened });
  const [tag] = useChange(TagTargets);
  const [untag] = useChange(UntagTargets);
  const targets = { ids: [id] };
  return (
    <TagsChoice
      tags={tags ?? []}
      known={data?.targetTags.nodes}
      mayEdit={mayEdit}
      onOpen={() => setOpened(true)}
      add={(ids) => tag({ input: { targets, tags: { ids } } })}
      remove={(ids) => untag({ input: { targets, tags: { ids } } })}
    />
  );
}
