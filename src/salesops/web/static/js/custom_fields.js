// The choices of a new field are asked for once its kind is a choice; without this they are asked for always.
const said = document.querySelector('[data-toast]');
if (said) { history.replaceState(null, '', location.pathname + location.hash); setTimeout(() => said.remove(), 8000); }
for (const kind of document.querySelectorAll('[data-kind]')) {
  const choices = kind.form.querySelector('[data-for]');
  const follow = () => { choices.hidden = kind.value !== choices.dataset.for; };
  kind.addEventListener('change', follow);
  follow();
}
