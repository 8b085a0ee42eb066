"""Pages of REST lists: by number, capped."""

from rest_framework.pagination import PageNumberPagination


class KeyPagination(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 200
