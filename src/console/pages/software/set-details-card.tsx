import { useState } from 'react';
import type { SetFullFragment } from '../../api/types.documents.ts';
import { type Outcome, useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Editable } from '../../parts/editable.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { RULES } from '../../parts/rules.ts';
import { TagsChoice } from '../../parts/tags-choice.tsx';
import { told } from '../../parts/tell.ts';
import { When } from '../../parts/when.tsx';
import { moduleTexts, softwareTexts as texts } from '../../texts/software.ts';
import { SetTagChoices, TagSets, UntagSets, UpdateSet } from './software.documents.ts';

/** What people say of a set, to be changed where it stands. */
export function SetDetailsCard({ set }: { set: SetFullFragment }) {
  const { id, description, createdAt, viewerCan } = set;
  const [change] = useChange(UpdateSet);
  return (
    <Card title={moduleTexts.details}>
      <Facts>
        <Fact label={texts.description}>
          <Editable
            value={description ?? ''}
            label={texts.description}
            editLabel={moduleTexts.edit(texts.description)}
            mayEdit={viewerCan.update}
            rule={RULES.description}
            save={async (value) =>
              told(
                await change({ input: { id, description: value || null } }),
                moduleTexts.saved(texts.description),
              )
            }
          />
        </Fact>
        <Fact label={texts.columns.tags}>
          <Tags set={set} />
        </Fact>
        <Fact label={texts.columns.created}>
          <When at={createdAt} />
        </Fact>
      </Facts>
    </Card>
  );
}

function Tags({ set: { id, tags, viewerCan } }: { set: SetFullFragment }) {
  const [opened, setOpened] = useState(false);
  const { data } = useData(SetTagChoices, {}, { pause: !opened });
  const [tag] = useChange(TagSets);
  const [untag] = useChange(UntagSets);
  return (
    <TagsChoice
      tags={tags ?? []}
      known={data?.distributionSetTags.nodes}
      mayEdit={viewerCan.update}
      onOpen={() => setOpened(true)}
      add={each((tagId) => tag({ input: { tagId, distributionSetIds: [id] } }))}
      remove={each((tagId) => untag({ input: { tagId, distributionSetIds: [id] } }))}
    />
  );
}

/** One after the other, until one is refused. */
const each =
  (run: (id: string) => Promise<Outcome<unknown>>) =>
  async (ids: readonly string[]): Promise<Outcome<unknown>> => {
    let last: Outcome<unknown>;
    for (const id of ids) {
      last = await run(id);
      if (!last || last.faults.length > 0) return last;
    }
    return last;
  };
