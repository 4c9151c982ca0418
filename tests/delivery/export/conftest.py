"""The sample report, made once for all tests of the exporters."""

import pytest

from hoso.delivery.export.html import page
from hoso.delivery.export.pdf import pdf
from tests.delivery.export.sample_document import sample


@pytest.fixture(scope="session")
def review():
    return sample()


@pytest.fixture(scope="session")
def review_html(review):
    return page(review)


@pytest.fixture(scope="session")
def review_pdf(review):
    return pdf(review)
