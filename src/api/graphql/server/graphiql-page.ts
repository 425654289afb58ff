/** The tabs that GraphiQL opens with. */
export const EXAMPLES: readonly string[] = [
  `# The targets whose name begins with "boiler", with what they tell of themselves.
query Targets {
  targets(filter: "name==boiler*", first: 10) {
    totalCount
    nodes { controllerId name updateStatus attributes { key value } }
  }
}
`,
  `# Registers a device. Its token is shown in the answer.
mutation CreateTarget {
  createTargets(input: { targets: [{ controllerId: "device-1", name: "Boiler" }] }) {
    targets { controllerId securityToken }
    userErrors { code message path }
  }
}
`,
  `# The fleet in numbers.
query Fleet {
  viewer { username tenant grants { permission filter } }
  targets { totalCount }
}
`,
  `# What happens to targets from now on. Stop it with the button that started it.
subscription Watch {
  targetEvents { type controllerId target { name } }
}
`,
];

/** The page's own script. It is in a file, so that the page needs no inline script. */
export const START = `
const url = location.origin + location.pathname;
const headers = { 'X-Requested-With': 'fetch' };
const session = (method, body) =>
  fetch(url.replace(/\\/$/, '') + '/session', {
    method, headers: { ...headers, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
const ask = async (query) => {
  const response = await fetch(url, {
    method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify({ query }) });
  return (await response.json()).data;
};
const bar = document.getElementById('bar');
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

function showEditor({ username, tenant }) {
  const leave = element('button', { type: 'button', textContent: 'Sign out' });
  leave.onclick = async () => {
    // Subscriptions that still run end with an error, which nobody waits for.
    addEventListener('unhandledrejection', (event) => event.preventDefault());
    const response = await session('DELETE');
    const { signOutUrl } = response.status === 200 ? await response.json() : {};
    if (signOutUrl) location.assign(signOutUrl);
    else location.reload();
  };
  bar.replaceChildren(element('span', { textContent: username + ', tenant ' + tenant }), leave);
  const fetcher = GraphiQL.createFetcher({ url, headers, subscriptionUrl: url.replace(/^http/, 'ws') });
  const defaultTabs = ${JSON.stringify(EXAMPLES.map((query) => ({ query })))};
  ReactDOM.createRoot(document.getElementById('graphiql'))
    .render(React.createElement(GraphiQL, { fetcher, defaultTabs, defaultEditorToolsVisibility: true }));
}

function showSignIn({ password, openIdConnect }) {
  const fault = element('span', { role: 'alert' });
  const name = element('input', { name: 'username', autocomplete: 'username', required: true });
  const secret = element('input', {
    name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const form = element('form', {},
    element('label', {}, 'User ', name), element('label', {}, 'Password ', secret),
    element('button', { textContent: 'Sign in' }));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const response = await session('POST', { username: name.value, password: secret.value });
    if (response.ok) return location.reload();
    const { errors } = await response.json();
    fault.textContent = errors[0].message;
  };
  const ways = password ? [form] : [];
  if (openIdConnect) {
    const link = element('a', { textContent: 'Sign in with ' + openIdConnect.name });
    link.href = openIdConnect.url + '?returnTo=' + encodeURIComponent(location.pathname);
    ways.push(link);
  }
  if (new URLSearchParams(location.search).has('signInError')) fault.textContent = 'The sign-in did not work.';
  bar.replaceChildren(...ways, fault);
  document.getElementById('graphiql').textContent = 'Sign in to ask something.';
}

const signedIn = await ask('{ viewer { username tenant } }');
if (signedIn) showEditor(signedIn.viewer);
else showSignIn((await ask('{ signInOptions { password openIdConnect { name url } } }')).signInOptions);
`;

export const STYLE = `
html, body { height: 100%; margin: 0; font-family: system-ui, sans-serif; }
body { display: flex; flex-direction: column; }
#bar, #bar form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; }
#bar { padding: 0.5rem 1rem; min-height: 2rem; border-bottom: 1px solid #8888; }
#graphiql { flex: 1; min-height: 0; }
`;
