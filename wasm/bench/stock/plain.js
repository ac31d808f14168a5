// The form of wasm/imgui_impl_web/demo/form.cpp, and the thousand check boxes of many.cpp, as a web developer writes them.
'use strict';
const form = document.getElementById('bill');
const question = document.getElementById('question');
let paid = 0;

const total = () => {
  const {amount, tip, rounding, shared, people} = form.elements;
  let sum = Number(amount.value) * (100 + Number(tip.value)) / 100;
  if (rounding.value === '1') sum = Math.ceil(sum);
  return shared.checked ? sum / Number(people.value) : sum;
};
const words = () => `${total().toFixed(2)} ${form.elements.currency.value}`;

form.addEventListener('input', () => {
  form.elements.people.disabled = !form.elements.shared.checked;
  document.getElementById('total').textContent = `Each pays ${words()}`;
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  question.querySelector('p').textContent = words();
  question.showModal();
});
question.addEventListener('click', ({target}) => {
  if (target.localName !== 'button') return;
  if (target.value === 'yes') paid += total();
  document.getElementById('paid').textContent = paid > 0 ? `Paid: ${paid.toFixed(2)}` : '';
  question.close();
});

if (location.search === '?many') {
  const many = document.getElementById('many');
  const count = document.createElement('p');
  form.remove();
  many.before(count);
  for (let i = 1; i <= 1000; ++i) {
    const label = document.createElement('label');
    const box = document.createElement('input');
    box.type = 'checkbox';
    label.append(box, ` No. ${i}`);
    many.append(label);
  }
  many.addEventListener('change', () => { count.textContent = `${many.querySelectorAll(':checked').length} are on`; });
}
document.documentElement.dataset.usable = '';
