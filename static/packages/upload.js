/* Says that a file is too large before it is sent in vain. */
(function () {
  "use strict";
  const field = document.getElementById("package");
  const note = document.getElementById("package-large");
  const most = Number(field.form.dataset.most);

  function isTooLarge() {
    const isSo = [...field.files].some((file) => file.size > most);
    note.hidden = !isSo;
    field.setAttribute("aria-invalid", String(isSo));
    return isSo;
  }

  field.addEventListener("change", isTooLarge);
  field.form.addEventListener("submit", (event) => isTooLarge() && event.preventDefault());
})();
