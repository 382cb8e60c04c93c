// The key of the desk: E works on the request that is marked. All works without this.
const $ = (s, r = document) => r.querySelector(s);
document.documentElement.classList.add('scripted');

const said = $('[data-toast]');
if (said) {
  const here = new URL(location.href);
  ['done', 'of', 'asked'].forEach(name => here.searchParams.delete(name));
  history.replaceState(null, '', here);
  setTimeout(() => said.remove(), 8000);
}

/* words that are kept go where they can be changed before they are sent */
addEventListener('change', e => {
  if (!e.target.matches('[data-canned]')) return;
  const chosen = e.target.selectedOptions[0], box = $('textarea', e.target.form);
  if (!chosen.dataset.text) return;
  box.value = box.value.trim() ? `${box.value.trim()}\n\n${chosen.dataset.text}` : chosen.dataset.text;
  e.target.value = '';
  box.focus();
});
addEventListener('keydown', e => {
  if (e.metaKey || e.ctrlKey || e.altKey || e.target.closest('input,textarea,select') || $('dialog[open]')) return;
  if (e.key.toLowerCase() !== 'e') return;
  const open = document.activeElement?.closest('tr')?.querySelector('[data-open]');
  const box = $('.act textarea');
  if (open) { e.preventDefault(); open.click(); } else if (box) { e.preventDefault(); box.focus(); }
});
/* once the page has gone to where its address points, which takes the focus away */
const begin = () => setTimeout(() => $('.working textarea')?.focus());
if (document.readyState === 'complete') begin(); else addEventListener('load', begin);
