// Passkeys: turns the server's JSON options into a WebAuthn call and its answer into the form's field `credential`.
// Works where the browser lacks PublicKeyCredential.parse…FromJSON; a page without a secure context says so.

const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0)).buffer;
};
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => list?.map((item) => ({ ...item, id: bytes(item.id) }));

function creation(options) {
  return {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
}

const request = (options) => ({ ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) });

function written(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const status = form.querySelector("[data-passkey-status]");
  const button = form.querySelector("button[type=submit]");
  const field = form.querySelector("input[name=credential]");
  if (!window.PublicKeyCredential) {
    status.textContent = status.dataset.none;
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    delete form.dataset.sent;
    const given = JSON.parse(form.dataset.options);
    const options = given.publicKey ?? given;
    status.textContent = status.dataset.wait;
    button.disabled = true;
    try {
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: creation(options) })
        : await navigator.credentials.get({ publicKey: request(options) });
      field.value = JSON.stringify(written(made));
      form.requestSubmit();
    } catch (error) {
      status.textContent = error.name === "InvalidStateError" ? status.dataset.known : status.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}
