// The unit of the number chosen stands where one writes by how much it should move; without this it stands with the number.
const kpi = document.querySelector('[data-kpi]'), said = document.querySelector('[data-unit-said]');
if (kpi && said) {
  const usual = said.textContent;
  const follow = () => { said.textContent = kpi.selectedOptions[0]?.dataset.unit || usual; };
  kpi.addEventListener('change', follow);
  follow();
}
const done = document.querySelector('[data-toast]');
document.documentElement.classList.add('scripted');
if (done) { history.replaceState(null, '', location.pathname); setTimeout(() => done.remove(), 8000); }
