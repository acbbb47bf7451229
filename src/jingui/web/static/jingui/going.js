// Long work goes on by itself; without this script the button does.
const form = document.querySelector("[data-going]");
if (form) setTimeout(() => form.requestSubmit(), 50);
