// Z takes back what was just decided, as anywhere else.
addEventListener('keydown', e => {
  if (e.key.toLowerCase() !== 'z' || e.metaKey || e.ctrlKey || e.altKey || e.target.closest('input,textarea,select')) return;
  document.querySelector('[data-undo] button')?.click();
});
