// Passkeys: what the browser must do between the page and the key. Everything else works without script.
const $ = id => document.getElementById(id);
const read = id => JSON.parse($(id).textContent);

const tell = error => {
  const place = $('passkey_problem');
  place.textContent = error.name === 'NotAllowedError'
    ? 'The passkey was not used. Try again, or sign in with your password.'
    : error.name === 'InvalidStateError' ? 'This device has a passkey for you already.' : 'The passkey did not work here. Use another way.';
  place.hidden = false;
};

// allauth's pages say what they need as data; no script stands in a page.
const described = () => {
  if (document.querySelector('[data-passkey-login]')) return { kind: 'login', button: 'passkey_login', credential: 'mfa_credential' };
  const add = document.querySelector('[data-passkey-add]');
  if (add) {
    const [credential, passwordless] = add.dataset.passkeyAdd.split(' ');
    return { kind: 'add', button: add.id, credential, data: 'js_data', passwordless };
  }
  const found = document.querySelector('script[data-allauth-onload]');
  if (!found) return null;
  const { ids } = JSON.parse(found.textContent);
  return ids.authenticate ? { kind: 'use', button: ids.authenticate, credential: ids.credential, data: ids.data } : null;
};

const made = async page => {
  if (page.kind === 'add') {
    const options = read(page.data).creation_options.publicKey, isAlone = page.passwordless && $(page.passwordless).checked;
    options.authenticatorSelection = { ...options.authenticatorSelection, residentKey: isAlone ? 'required' : 'discouraged', requireResidentKey: !!isAlone };
    if (isAlone) options.authenticatorSelection.userVerification = 'required';
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  const options = page.kind === 'use' ? read(page.data).request_options
    : (await (await fetch($(page.credential).form.action, { headers: { Accept: 'application/json' } })).json()).request_options;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
};

const page = described();
if (page && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  const button = $(page.button), field = $(page.credential);
  button.hidden = false;
  button.addEventListener('click', async event => {
    event.preventDefault();
    try {
      const credential = (await made(page)).toJSON();
      field.value = JSON.stringify(credential);
      field.form.submit();
    } catch (error) { tell(error); }
  });
}
