"use strict";
Array.prototype.forEach.call(document.querySelectorAll("button[data-from]"), function (button) {
  button.hidden = false;
  button.addEventListener("click", function () {
    var packed = atob(document.getElementById(button.dataset.from).textContent.trim());
    var bytes = Uint8Array.from(packed, function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    new Response(stream).blob().then(function (blob) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = button.dataset.name;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    });
  });
});
