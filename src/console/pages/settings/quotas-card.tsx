import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { Answer, Lines } from '../../parts/states.tsx';
import { quotaTexts as texts } from '../../texts/tenants.ts';
import { OwnQuotas } from './tenants.documents.ts';

/** What the tenant has, and may have. */
export function QuotasCard() {
  const quotas = useData(OwnQuotas, {});
  return (
    <Card title={texts.title} hint={texts.hint}>
      <Answer of={quotas} waiting={<Lines count={8} height={14} />}>
        {({ tenantQuotas }) => (
          <Facts>
            {tenantQuotas.map(({ kind, used, limit }) => (
              <Fact key={kind} label={texts.kinds[kind]}>
                <span className="numbers">{used == null ? texts.limit(limit) : texts.used(used, limit)}</span>
              </Fact>
            ))}
          </Facts>
        )}
      </Answer>
    </Card>
  );
}
