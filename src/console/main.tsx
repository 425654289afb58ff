import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './console.css';
import { MantineProvider } from '@mantine/core';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode, Suspense, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { BASE } from './api/base.ts';
import { createClient } from './api/client.ts';
import { session } from './api/session.ts';
import { useStore } from './api/store.ts';
import { Viewer } from './api/viewer.documents.ts';
import { Fleet } from './pages/fleet/fleet.documents.ts';
import { asked } from './parts/confirm.ts';
import { followed } from './parts/follow-job.ts';
import { lazyPart } from './parts/lazy-part.ts';
import { router } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

const NotificationArea = lazyPart(async () => (await import('./parts/overlays.tsx')).NotificationArea);
const JobDialog = lazyPart(async () => (await import('./parts/job-dialog.tsx')).JobDialog);
const ConfirmationDialog = lazyPart(
  async () => (await import('./parts/confirmation-dialog.tsx')).ConfirmationDialog,
);

/** The server lets in only styles that carry this. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
setNonce(nonce);

/** What the first page shows is asked for at once, while its code is still on its way. */
function warmClient() {
  const client = createClient();
  const page = location.pathname.slice(BASE.pathname.length);
  if (page !== 'sign-in') void client.query(Viewer, {}).toPromise();
  if (page === '') void client.query(Fleet, {}).toPromise();
  return client;
}

function Console() {
  const { times } = useStore(session);
  const question = useStore(asked);
  const job = useStore(followed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: nothing of one account is left for the next
  const client = useMemo(warmClient, [times]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Provider value={client}>
        <RouterProvider router={router} />
        <Suspense>
          <NotificationArea />
          {question && <ConfirmationDialog />}
          {job && <JobDialog />}
        </Suspense>
      </Provider>
    </MantineProvider>
  );
}

createRoot(document.getElementById('console')!).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
