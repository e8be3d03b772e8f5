// Where a photograph was taken, if the phone may tell: asked for when a file was chosen, never before.
for (const form of document.querySelectorAll("form[data-position]")) {
  form.querySelector("input[type=file]").addEventListener("change", () => {
    navigator.geolocation?.getCurrentPosition(({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(5);
      form.elements.longitude.value = coords.longitude.toFixed(5);
    });
  });
}
