import { Button } from '@mantine/core';
import { IconPackageOff, IconTrash } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { ModuleFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { Fact, Facts } from '../../parts/fact.tsx';
import { PageButton } from '../../parts/links.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { OnePage } from '../../parts/one-page.tsx';
import { Page } from '../../parts/page.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { softwareTexts, moduleTexts as texts } from '../../texts/software.ts';
import { FilesCard } from './files-card.tsx';
import { DeleteModule, ModulePage as ModulePageQuery } from './software.documents.ts';

/** One software module with its files. */
export function ModulePage() {
  const { number } = useParams({ from: '/shell/software/modules/$number' });
  const answer = useData(ModulePageQuery, { id: `SoftwareModule:${number}` });
  return (
    <OnePage
      of={answer}
      find={({ softwareModule }) => softwareModule}
      title={texts.untitled(number)}
      missing={{
        icon: <IconPackageOff size={40} stroke={1.4} />,
        title: texts.notFound,
        action: <PageButton to="/software">{texts.toList}</PageButton>,
      }}
    >
      {(one) => <Shown module={one} reload={answer.reload} />}
    </OnePage>
  );
}

function Shown({ module, reload }: { module: ModuleFullFragment; reload: () => void }) {
  const navigate = useNavigate();
  const [remove, removing] = useChange(DeleteModule);
  const title = `${module.name} ${module.version}`;

  async function removeIt() {
    const text = texts.removeText(title, module.artifacts?.length ?? 0);
    const sure = await confirm({ title: `${texts.remove}?`, text, action: common.delete, danger: true });
    const outcome = sure ? await remove({ input: { id: module.id } }) : undefined;
    if (!outcome) return;
    const [fault] = outcome.faults;
    if (fault) return void failure(fault.message);
    void done(texts.removed);
    void navigate({ to: '/software', search: { tab: 'modules' } });
  }

  return (
    <Page
      title={title}
      lead={module.type?.name}
      actions={
        module.viewerCan.delete && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} />}
            loading={removing}
            onClick={() => void removeIt()}
          >
            {common.delete}
          </Button>
        )
      }
    >
      <FilesCard module={module} onChanged={reload} />
      <Card title={texts.details}>
        <Facts>
          <Fact label={softwareTexts.vendor}>{module.vendor || common.none}</Fact>
          <Fact label={softwareTexts.description}>{module.description || common.none}</Fact>
          <Fact label={softwareTexts.columns.created}>
            <When at={module.createdAt} />
          </Fact>
        </Facts>
      </Card>
    </Page>
  );
}
